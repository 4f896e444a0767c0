#!/bin/sh
# Builds the wheel, installs it in a bare environment and asks a question from another folder: whatever the
# packages need must be inside the wheel, for nothing of the checkout is in reach there.
set -eu
python="${PYTHON:-python3}"
here="$(pwd)"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
rm -rf dist
.venv/bin/python -m build --wheel --no-isolation --outdir dist >/dev/null
"$python" -m venv "$place/env"
"$place/env/bin/pip" install --quiet --require-hashes -r requirements.lock
"$place/env/bin/pip" install --quiet --no-deps dist/*.whl
cd "$place"
export ISVBOT_DATA_DIR="${ISVBOT_DATA_DIR:-$place/data}"
"$place/env/bin/python" -c "
import bot, ingest, knowledge, prompts, sys
inside = [module.__file__.startswith(sys.prefix) for module in (bot, ingest, knowledge, prompts)]
sys.exit(0 if all(inside) else 'a package was imported from outside the wheel')
"
"$place/env/bin/isvbot-ingest" sync
"$place/env/bin/isvbot" ask "Wanneer is ISV verplicht?" --json > answer.json
"$place/env/bin/python" -c "
import json, sys
answer = json.load(open('answer.json', encoding='utf-8'))
well = answer['status'] == 'answered' and answer['citations'] and 'contractvoorwaarde' in answer['text']
print('wheel:', answer['status'], len(answer['citations']), 'citations')
sys.exit(0 if well else 'the wheel does not answer')
"
du -sm "$place/env" | awk '{print "installed size: " $1 " MB"}'
cd "$here"
