#!/usr/bin/env bash
# Starts a private PostgreSQL for the length of one command and leaves nothing behind.
#
#   tools/withpg.sh COMMAND...   runs COMMAND with KITH_TEST_POSTGRES set to the superuser's URL; exits as it does
#   tools/withpg.sh --hold       prints that URL on one line and waits until standard input ends (for a test process
#                                that started without the variable: its death closes the pipe, however it dies)
#
# The data live in a temporary folder and nothing is made durable: this is for tests only. The server listens on a
# socket in that folder and on no port, so two runs never meet.
set -euo pipefail

say() { echo "withpg: $*" >&2; }

if [ $# -eq 0 ]; then say "usage: tools/withpg.sh COMMAND... | --hold"; exit 2; fi

# A cluster of an outer run serves this one too.
if [ "$1" != --hold ] && [ -n "${KITH_TEST_POSTGRES:-}" ]; then exec "$@"; fi

bin=
for d in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
	version=${d#/usr/lib/postgresql/}; version=${version%/bin}
	if [ "${version%%.*}" -ge 15 ] && [ -x "$d/initdb" ]; then bin=$d; break; fi
done
if [ -z "$bin" ]; then say "needs PostgreSQL 15 or later: apt-get install postgresql"; exit 1; fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/kith-pg.XXXXXX")
server=
stop() {
	trap - EXIT INT TERM HUP
	if [ -n "$server" ]; then kill -INT "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# PostgreSQL refuses to run as root. --pdeathsig: if this script is killed outright, the kernel stops the server.
as=(setpriv --pdeathsig INT)
if [ "$(id -u)" -eq 0 ]; then
	user=nobody
	if id -u postgres >/dev/null 2>&1; then user=postgres; fi
	chown "$user" "$dir"
	as+=(--reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi

cd "$dir"
if ! "${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$dir/initdb.log" 2>&1; then
	cat "$dir/initdb.log" >&2; exit 1
fi
"${as[@]}" "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 \
	-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=2GB -c shared_buffers=128MB \
	-c timezone=UTC -c log_min_messages=warning </dev/null >"$dir/server.log" 2>&1 &
server=$!
for ((i = 0; ; i++)); do
	if "$bin/pg_isready" -q -h "$dir" -U postgres; then break; fi
	if [ "$i" -ge 300 ] || ! kill -0 "$server" 2>/dev/null; then say "PostgreSQL did not start:"; cat "$dir/server.log" >&2; exit 1; fi
	sleep 0.1
done
cd "$OLDPWD"

url="postgres://postgres@/postgres?host=$dir"
if [ "$1" = --hold ]; then
	echo "$url"
	cat >/dev/null
else
	KITH_TEST_POSTGRES=$url "$@"
fi
