#!/usr/bin/env bash
# What: httpsnippet 3.0.10, which writes commands and code from HAR requests.
#
# HAR 1.2 gives a body in one of two ways, `postData.text` or `postData.params`, and calls them mutually
# exclusive. A recorder that keeps what was sent, byte for byte, writes `text`. httpsnippet does send
# that text, if its media type is, say, text/plain. If it is `application/x-www-form-urlencoded`, only
# `params` are looked at: the curl line posts nothing, without a word, and so does the code for fetch, requests
# and HTTPie.
# Whoever repeats a recorded failure with that line sees another request fail, or none.
#
# Seen with Node 20.20.2, for the body `name=a&rank=2`:
#
#     text, text/plain: --data 'name=a&rank=2'
#     text, form: --data ''
#     params, form: --data name=a --data rank=2
#     text, form, as HTTP/1.1: 0 bytes
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund httpsnippet@3.0.10

cat >look.mjs <<'JS'
import { HTTPSnippet } from 'httpsnippet';

const form = 'application/x-www-form-urlencoded';
const snippet = (mimeType, body, ...language) =>
  new HTTPSnippet({
    method: 'POST',
    url: 'http://localhost/groups',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: [{ name: 'Content-Type', value: mimeType }],
    queryString: [],
    postData: { mimeType, ...body },
    headersSize: -1,
    bodySize: 13,
  }).convert(...language);
const data = line => line.match(/--data .*/gs)[0].replace(/ \\\n +/g, ' ');
const text = { text: 'name=a&rank=2' };
const params = { params: [{ name: 'name', value: 'a' }, { name: 'rank', value: '2' }] };

console.log(`text, text/plain: ${data(snippet('text/plain', text, 'shell', 'curl'))}`);
console.log(`text, form: ${data(snippet(form, text, 'shell', 'curl'))}`);
console.log(`params, form: ${data(snippet(form, params, 'shell', 'curl'))}`);
const wire = snippet(form, text, 'http', 'http1.1');
console.log(`text, form, as HTTP/1.1: ${wire.split('\r\n\r\n')[1].length} bytes`);
JS

node look.mjs | tee seen
diff seen - <<'SEEN'
text, text/plain: --data 'name=a&rank=2'
text, form: --data ''
params, form: --data name=a --data rank=2
text, form, as HTTP/1.1: 0 bytes
SEEN
