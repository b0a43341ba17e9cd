#!/usr/bin/env bash
# What: swagger-client 3.37.3, `buildRequest`, on a list in a form body (application/x-www-form-urlencoded).
#
# OpenAPI writes the members of a form as query parameters are written: in style `form`, where
# `explode` is true unless somebody says otherwise, so that a list of two is sent as two pairs. As a
# query parameter swagger-client does that. In a form it joins the items with a comma into one pair as long as
# the document leaves `encoding` out, or leaves the Encoding Object empty, which says the same. Any field
# in that object turns it to two pairs, be it a default that says nothing new (`style: form`), or one
# that has nothing to do with lists (`allowReserved: false`). Hosts that read forms by pair get one text.
#
# Seen with Node 20.20.2:
#
#     query parameter -> tag=x&tag=y%2Cz
#     form, no encoding -> tag=x,y%2Cz
#     form, {} -> tag=x,y%2Cz
#     form, {"style":"form"} -> tag=x&tag=y%2Cz
#     form, {"explode":true} -> tag=x&tag=y%2Cz
#     form, {"allowReserved":false} -> tag=x&tag=y%2Cz
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund swagger-client@3.37.3

cat >look.mjs <<'JS'
import SwaggerClient from 'swagger-client';

const kind = 'application/x-www-form-urlencoded';
const list = { type: 'array', items: { type: 'string' } };
const tag = ['x', 'y,z'];

function built(operation, asked) {
  const post = { operationId: 'a', responses: { 200: { description: 'ok' } }, ...operation };
  const spec = { openapi: '3.0.3', info: { title: 'Lists', version: '1' }, paths: { '/a': { post } } };
  return SwaggerClient.buildRequest({ spec, operationId: 'a', ...asked });
}

function form(encoding) {
  const media = { schema: { type: 'object', properties: { tag: list } } };
  if (encoding) media.encoding = { tag: encoding };
  return built({ requestBody: { content: { [kind]: media } } }, { requestBody: { tag }, requestContentType: kind }).body;
}

const query = built({ parameters: [{ name: 'tag', in: 'query', schema: list }] }, { parameters: { tag } }).url;
console.log(`query parameter -> ${query.split('?')[1]}`);
for (const encoding of [undefined, {}, { style: 'form' }, { explode: true }, { allowReserved: false }]) {
  console.log(`form, ${encoding ? JSON.stringify(encoding) : 'no encoding'} -> ${form(encoding)}`);
}
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
query parameter -> tag=x&tag=y%2Cz
form, no encoding -> tag=x,y%2Cz
form, {} -> tag=x,y%2Cz
form, {"style":"form"} -> tag=x&tag=y%2Cz
form, {"explode":true} -> tag=x&tag=y%2Cz
form, {"allowReserved":false} -> tag=x&tag=y%2Cz
SEEN
