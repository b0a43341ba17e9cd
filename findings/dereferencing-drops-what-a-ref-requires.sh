#!/usr/bin/env bash
# What: @apidevtools/swagger-parser 13.0.0, `dereference`, on an OpenAPI 3.1 document.
#
# In 3.1 a schema is JSON Schema 2020-12, where keywords beside `$ref` hold in addition to what it
# leads to: `{$ref: Named, required: [rank]}` asks for `name`, as Named does, and for `rank`. One would
# take the dereferenced document for the same one, written out. It is not: a keyword beside the `$ref`
# takes the place of the same keyword behind it. `required: [name]` is gone, `maxLength: 3` becomes 5,
# and the two members of `properties`, oddly, are merged. A validator that is given the result, as many
# are, lets through what the document refuses; the parser has no warning for it.
#
# Seen with Node 20.20.2 (ajv 8.20.0 judges both forms):
#
#     the document itself is valid for swagger-parser
#     Ranked {"rank":1}: as written false, dereferenced true
#     Long "abcd": as written false, dereferenced true
#     Ranked required: ["rank"]
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @apidevtools/swagger-parser@13.0.0 ajv@8.20.0

cat >look.mjs <<'JS'
import SwaggerParser from '@apidevtools/swagger-parser';
import Ajv from 'ajv/dist/2020.js';

const written = () => ({
  openapi: '3.1.0',
  info: { title: 'Ranks', version: '1' },
  paths: {},
  components: {
    schemas: {
      Named: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      Ranked: { $ref: '#/components/schemas/Named', properties: { rank: { type: 'integer' } }, required: ['rank'] },
      Short: { type: 'string', maxLength: 3 },
      Long: { $ref: '#/components/schemas/Short', maxLength: 5 },
    },
  },
});

await SwaggerParser.validate(written());
console.log('the document itself is valid for swagger-parser');
const flat = (await SwaggerParser.dereference(written())).components.schemas;
const ajv = new Ajv({ strict: false });
ajv.addSchema({ ...written(), $id: 'written' });
for (const [name, value] of [['Ranked', { rank: 1 }], ['Long', 'abcd']]) {
  const asWritten = ajv.getSchema(`written#/components/schemas/${name}`)(value);
  console.log(`${name} ${JSON.stringify(value)}: as written ${asWritten}, dereferenced ${ajv.validate(flat[name], value)}`);
}
console.log(`Ranked required: ${JSON.stringify(flat.Ranked.required)}`);
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
the document itself is valid for swagger-parser
Ranked {"rank":1}: as written false, dereferenced true
Long "abcd": as written false, dereferenced true
Ranked required: ["rank"]
SEEN
