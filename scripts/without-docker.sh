#!/bin/sh
# Does what the Dockerfile says, in the same order, in a temporary folder and without Docker: a bare environment, the
# program in it, the server in a folder where it may write and nowhere else, the health check, and a stop.
# tests/test_image.py keeps the lines that begin with RUN, HEALTHCHECK and CMD in step with the Dockerfile.
# Without settings of a channel Teams is served unsigned on this machine, so that nothing outside is needed.
set -eu
root="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$root"; rm -rf "$root"' EXIT
RUN() { "$@"; }
ONLY_IN_DOCKER() { echo "left out: $*"; }
HEALTHCHECK() { "$@"; }
CMD() { "$@" & server=$!; }

mkdir -p "$root/opt" "$root/data" "$root/tmp"
RUN python3 -m venv $root/opt/isvbot
RUN $root/opt/isvbot/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements-serve.lock
cp -R bot ingest knowledge prompts pyproject.toml README.md LICENSE "$root/tmp/"
cd "$root/tmp"
RUN $root/opt/isvbot/bin/pip install --quiet --no-cache-dir --no-deps --no-build-isolation .
ONLY_IN_DOCKER useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin isvbot
ONLY_IN_DOCKER install -d -o isvbot -g isvbot -m 700 $root/data

cd "$root/data"
chmod -R a-w "$root/opt"
export PATH="$root/opt/isvbot/bin:$PATH" HOME="$root/data" TMPDIR="$root/tmp"
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
export ISVBOT_DATA_DIR="${ISVBOT_DATA_DIR:-$root/data}"
if [ -z "${ISVBOT_TELEGRAM_TOKEN:-}${ISVBOT_TELEGRAM_TOKEN_FILE:-}${ISVBOT_TEAMS_CLIENT_ID:-}" ]; then
  export ISVBOT_TEAMS_UNAUTHENTICATED=true ISVBOT_ENVIRONMENT=development
fi
isvbot-ingest sync
CMD isvbot serve
tries=0
until HEALTHCHECK python -c "import urllib.request as web; web.urlopen('http://127.0.0.1:8080/readyz', timeout=8)" 2>/dev/null; do
  tries=$((tries + 1))
  kill -0 "$server" 2>/dev/null && [ "$tries" -lt 60 ] || { echo "the server is not ready" >&2; exit 1; }
  sleep 1
done
echo "the server is ready"
kill "$server"
wait "$server"
server=""
echo "the server stopped with status 0"
du -sm "$root/opt" | awk '{print "installed size: " $1 " MB"}'
