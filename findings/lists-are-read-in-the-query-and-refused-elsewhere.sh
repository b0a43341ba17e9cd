#!/usr/bin/env bash
# What: openapi-backend 5.21.2, request validation, on parameters that are lists.
#
# It knows `explode: false` and `pipeDelimited` of the query, so that one would take it to read a list
# wherever OpenAPI lets one stand. In a path and in a header, where `style: simple` is the default and the
# only common one, the text is not taken apart: every request with a valid list is refused, "must be array",
# and no handler is reached. In the query without `explode` the text is decoded before it is taken
# apart: of `a%2Cb,c`, two items, the first with a comma in it, come three; with `explode` two come.
#
# Seen with Node 20.20.2:
#
#     query, exploded: 3 and 4 -> {"ids":["3","4"]}
#     query, not exploded: 3,4 -> {"ids":["3","4"]}
#     path: 3,4 -> refused: /path/ids must be array
#     header: 3,4 -> refused: /header/x-ids must be array
#     query, exploded: a%2Cb and c -> {"ids":["a,b","c"]}
#     query, not exploded: a%2Cb,c -> {"ids":["a","b","c"]}
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund openapi-backend@5.21.2

cat >look.mjs <<'JS'
import backend from 'openapi-backend';

const list = (type) => ({ type: 'array', items: { type } });
async function ask(label, parameter, path, headers = {}) {
  const template = parameter.in === 'path' ? '/a/{ids}' : '/a';
  const get = { operationId: 'a', parameters: [parameter], responses: { 200: { description: 'ok' } } };
  const api = new backend.OpenAPIBackend({
    definition: { openapi: '3.0.3', info: { title: 'Lists', version: '1' }, paths: { [template]: { get } } },
    handlers: {
      a: ({ request }) => JSON.stringify(request.query),
      validationFail: ({ validation }) =>
        `refused: ${validation.errors.map((error) => `${error.instancePath} ${error.message}`).join(', ')}`,
    },
  });
  await api.init();
  console.log(`${label} -> ${await api.handleRequest({ method: 'GET', path, headers })}`);
}

const numbers = list('integer');
const texts = list('string');
await ask('query, exploded: 3 and 4', { name: 'ids', in: 'query', schema: numbers }, '/a?ids=3&ids=4');
await ask('query, not exploded: 3,4', { name: 'ids', in: 'query', explode: false, schema: numbers }, '/a?ids=3,4');
await ask('path: 3,4', { name: 'ids', in: 'path', required: true, schema: numbers }, '/a/3,4');
await ask('header: 3,4', { name: 'X-Ids', in: 'header', schema: numbers }, '/a', { 'X-Ids': '3,4' });
await ask('query, exploded: a%2Cb and c', { name: 'ids', in: 'query', schema: texts }, '/a?ids=a%2Cb&ids=c');
await ask('query, not exploded: a%2Cb,c', { name: 'ids', in: 'query', explode: false, schema: texts }, '/a?ids=a%2Cb,c');
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
query, exploded: 3 and 4 -> {"ids":["3","4"]}
query, not exploded: 3,4 -> {"ids":["3","4"]}
path: 3,4 -> refused: /path/ids must be array
header: 3,4 -> refused: /header/x-ids must be array
query, exploded: a%2Cb and c -> {"ids":["a,b","c"]}
query, not exploded: a%2Cb,c -> {"ids":["a","b","c"]}
SEEN
