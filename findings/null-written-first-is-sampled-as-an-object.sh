#!/usr/bin/env bash
# What: openapi-sampler 1.7.10, `sample`, on schemas of OpenAPI 3.1 that may be null.
#
# Of alternatives it takes the first, of a list of types the first, and a sample of `type: "null"` alone is
# null. One would take null, then, for `oneOf: [{type: "null"}, {type: string}]`, or text. It makes the
# empty object, which neither alternative allows; with the two in the other order it makes text. So does
# `anyOf`, and in a member, too: an example of a page that is made from such a document
# has `{}` wherever its author wrote null first.
#
# Seen with Node 20.20.2 (ajv 8.20.0 says what is valid):
#
#     {"type":"null"} -> null, valid true
#     {"type":["null","string"]} -> null, valid true
#     {"oneOf":[{"type":"null"},{"type":"string"}]} -> {}, valid false
#     {"anyOf":[{"type":"null"},{"type":"integer"}]} -> {}, valid false
#     {"oneOf":[{"type":"string"},{"type":"null"}]} -> "string", valid true
#     {"type":"object","properties":{"note":{"oneOf":[{"type":"null"},{"type":"string"}]}}} -> {"note":{}}, valid false
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund openapi-sampler@1.7.10 ajv@8.20.0

cat >look.mjs <<'JS'
import { sample } from 'openapi-sampler';
import Ajv from 'ajv/dist/2020.js';

const ajv = new Ajv({ strict: false });
const nullFirst = { oneOf: [{ type: 'null' }, { type: 'string' }] };
for (const schema of [
  { type: 'null' },
  { type: ['null', 'string'] },
  nullFirst,
  { anyOf: [{ type: 'null' }, { type: 'integer' }] },
  { oneOf: [{ type: 'string' }, { type: 'null' }] },
  { type: 'object', properties: { note: nullFirst } },
]) {
  const made = sample(schema, {}, {});
  console.log(`${JSON.stringify(schema)} -> ${JSON.stringify(made)}, valid ${ajv.validate(schema, made)}`);
}
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
{"type":"null"} -> null, valid true
{"type":["null","string"]} -> null, valid true
{"oneOf":[{"type":"null"},{"type":"string"}]} -> {}, valid false
{"anyOf":[{"type":"null"},{"type":"integer"}]} -> {}, valid false
{"oneOf":[{"type":"string"},{"type":"null"}]} -> "string", valid true
{"type":"object","properties":{"note":{"oneOf":[{"type":"null"},{"type":"string"}]}}} -> {"note":{}}, valid false
SEEN
