#!/bin/sh
# Starts a PostgreSQL for the tests, from Debian's package, and prints its address; run as root.
# What it holds is thrown away by the tests.
set -eu
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >&2
fi
version="$(ls /usr/lib/postgresql | sort -n | tail -1)"
pg_lsclusters -h | grep -q "^$version *main " || pg_createcluster "$version" main >&2
pg_lsclusters -h | grep "^$version *main " | grep -q online || pg_ctlcluster "$version" main start >&2
port="$(pg_lsclusters -h | awk -v version="$version" '$1 == version && $2 == "main" {print $3}')"
as_postgres() { su postgres -c "psql -qtA -p $port -c \"$1\""; }
for _ in 1 2 3 4 5 6 7 8 9 10; do as_postgres "SELECT 1" >/dev/null 2>&1 && break || sleep 1; done
[ -n "$(as_postgres "SELECT 1 FROM pg_roles WHERE rolname = 'isvbot_test'")" ] ||
  as_postgres "CREATE ROLE isvbot_test LOGIN CREATEDB PASSWORD 'isvbot_test'" >&2
[ -n "$(as_postgres "SELECT 1 FROM pg_database WHERE datname = 'isvbot_test'")" ] ||
  as_postgres "CREATE DATABASE isvbot_test OWNER isvbot_test" >&2
echo "postgresql://isvbot_test:isvbot_test@127.0.0.1:$port/isvbot_test"
