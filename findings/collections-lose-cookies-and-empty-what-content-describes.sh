#!/usr/bin/env bash
# What: openapi-to-postmanv2 6.3.3, `convert` with examples, on parameters that a schema does not describe alone.
#
# A parameter of OpenAPI has either a `schema` or a `content`, whose one media type says how it is
# written; one would take both, each with its example, to stand in the collection that is made of the
# document. What has a `content` stands there by its name and with an empty value, also where it is
# required and its example stands beside it; a header of that kind is empty too. A cookie is nowhere, be it
# required or not. The conversion succeeds, without a word about any of that.
#
# Seen with Node 20.20.2:
#
#     converted: true
#     query plain = 7
#     query filter = (empty)
#     header X-Plain = 7
#     header X-Filter = (empty)
#     cookie anywhere: false
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund openapi-to-postmanv2@6.3.3

cat >look.mjs <<'JS'
import Converter from 'openapi-to-postmanv2';

const plain = { required: true, schema: { type: 'integer', example: 7 } };
const filter = {
  required: true,
  content: { 'application/json': { schema: { type: 'object', properties: { of: { type: 'integer' } } }, example: { of: 7 } } },
};
const parameters = [
  { name: 'plain', in: 'query', ...plain },
  { name: 'filter', in: 'query', ...filter },
  { name: 'X-Plain', in: 'header', ...plain },
  { name: 'X-Filter', in: 'header', ...filter },
  { name: 'session', in: 'cookie', ...plain },
];
const get = { operationId: 'a', parameters, responses: { 200: { description: 'ok' } } };
const data = { openapi: '3.0.3', info: { title: 'T', version: '1' }, servers: [{ url: 'http://localhost' }], paths: { '/a': { get } } };

Converter.convert({ type: 'json', data }, { parametersResolution: 'Example', requestParametersResolution: 'Example' }, (error, result) => {
  if (error) throw error;
  console.log(`converted: ${result.result}`);
  const collection = result.output[0].data;
  const first = (item) => (item.request ? item.request : first(item.item[0]));
  const request = first(collection);
  const show = (kind, { key, value }) => console.log(`${kind} ${key} = ${value === '' ? '(empty)' : value}`);
  request.url.query.forEach((one) => show('query', one));
  request.header.filter((one) => one.key.startsWith('X-')).forEach((one) => show('header', one));
  console.log(`cookie anywhere: ${JSON.stringify(collection).includes('session')}`);
});
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
converted: true
query plain = 7
query filter = (empty)
header X-Plain = 7
header X-Filter = (empty)
cookie anywhere: false
SEEN
