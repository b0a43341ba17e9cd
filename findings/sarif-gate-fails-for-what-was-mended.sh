#!/usr/bin/env bash
# What: sarif-tools 3.0.5, whose `--check error` makes a gate of SARIF files.
#
# SARIF 2.1.0 compares a run with an earlier one by `baselineState`; `absent` says that a result was
# there before and is no longer found. A result that somebody has accepted has `suppressions`. Both stay
# in the file so that viewers can show them, and neither is a fault of the run. One would expect a gate
# to let them pass. This one counts each as an error and fails the job, so a file that says "the only
# error was mended" is red; a result of the kind `pass`, which says as much, is not counted.
#
# Seen with Python 3.11.7, one result in each file, of level `error` in the first two:
#
#     absent: error: 1, exit code 1
#     suppressed: error: 1, exit code 1
#     pass: error: 0, exit code 0
#
# Exit code 0 while that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check sarif-tools==3.0.5

file() { # NAME, and what the result says beside its rule and place
  cat >"$1.sarif" <<SARIF
{
  "version": "2.1.0",
  "runs": [{
    "tool": {"driver": {"name": "contract", "rules": [{"id": "error-code"}]}},
    "results": [{
      "ruleId": "error-code",
      "message": {"text": "a refusal has another code"},
      "locations": [{"physicalLocation": {"artifactLocation": {"uri": "api.yaml"}, "region": {"startLine": 3}}}],
      $2
    }]
  }]
}
SARIF
}
file absent '"level": "error", "baselineState": "absent"'
file suppressed '"level": "error", "suppressions": [{"kind": "external", "status": "accepted"}]'
file pass '"level": "none", "kind": "pass"'

for name in absent suppressed pass; do
  code=0
  tools/bin/sarif --check error summary "$name.sarif" >"$name.txt" 2>&1 || code=$?
  echo "$name: $(grep -o '^error: [0-9]*' "$name.txt"), exit code $code"
done | tee seen
diff seen - <<'SEEN'
absent: error: 1, exit code 1
suppressed: error: 1, exit code 1
pass: error: 0, exit code 0
SEEN
