#!/usr/bin/env bash
# Starts a private PostgreSQL for the length of one command and leaves nothing behind.
#
#   tools/withpg.sh COMMAND...   runs COMMAND with KITH_TEST_POSTGRES set to the superuser's URL; exits as it does
#   tools/withpg.sh --hold       prints that URL on one line and waits until standard input ends (for a test process
#                                that started without the variable: its death closes the pipe, however it dies)
#   tools/withpg.sh --pair       as --hold, with a second server that follows the first, which acknowledges nothing before
#                                the second has it: prints the URL and the process id of each, a line each. Whoever asked
#                                may kill the first and promote the second.
#
# The data live in a temporary folder and nothing is made durable: this is for tests only. The server listens on a
# socket in that folder and on no port, so two runs never meet.
set -euo pipefail

say() { echo "withpg: $*" >&2; }

if [ $# -eq 0 ]; then say "usage: tools/withpg.sh COMMAND... | --hold | --pair"; exit 2; fi

# A cluster of an outer run serves this one too.
if [ "$1" != --hold ] && [ "$1" != --pair ] && [ -n "${KITH_TEST_POSTGRES:-}" ]; then exec "$@"; fi

bin=
for d in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
	version=${d#/usr/lib/postgresql/}; version=${version%/bin}
	if [ "${version%%.*}" -ge 15 ] && [ -x "$d/initdb" ]; then bin=$d; break; fi
done
if [ -z "$bin" ]; then say "needs PostgreSQL 15 or later: apt-get install postgresql"; exit 1; fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/kith-pg.XXXXXX")
server=
follower=
stop() {
	trap - EXIT INT TERM HUP
	for one in $follower $server; do kill -INT "$one" 2>/dev/null || true; wait "$one" 2>/dev/null || true; done
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
# wait_for FOLDER PID waits until the server on that socket answers.
wait_for() {
	for ((i = 0; ; i++)); do
		if "$bin/pg_isready" -q -h "$1" -U postgres; then break; fi
		if [ "$i" -ge 300 ] || ! kill -0 "$2" 2>/dev/null; then say "PostgreSQL did not start:"; cat "$dir"/*.log >&2; exit 1; fi
		sleep 0.1
	done
}
common=(-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_wal_size=2GB -c shared_buffers=128MB -c timezone=UTC -c log_min_messages=warning)
# A pair writes its log in full: what is acknowledged must be with the follower.
commit=(-c synchronous_commit=off)
if [ "$1" = --pair ]; then
	commit=(-c synchronous_commit=on -c wal_level=replica)
	echo "local replication all trust" >>"$dir/data/pg_hba.conf"
fi
"${as[@]}" "$bin/postgres" -D "$dir/data" -k "$dir" -c max_connections=200 "${common[@]}" "${commit[@]}" </dev/null >"$dir/server.log" 2>&1 &
server=$!
wait_for "$dir" "$server"
if [ "$1" = --pair ]; then
	mkdir "$dir/second"
	if [ -n "${user:-}" ]; then chown "$user" "$dir/second"; fi
	"${as[@]}" "$bin/pg_basebackup" -D "$dir/follower" -h "$dir" -U postgres -R -X stream -c fast --no-sync >"$dir/copy.log" 2>&1 || { cat "$dir/copy.log" >&2; exit 1; }
	"${as[@]}" "$bin/postgres" -D "$dir/follower" -k "$dir/second" -c max_connections=200 "${common[@]}" "${commit[@]}" -c cluster_name=follower </dev/null >"$dir/follower.log" 2>&1 &
	follower=$!
	wait_for "$dir/second" "$follower"
	"$bin/psql" -q -h "$dir" -U postgres -c "ALTER SYSTEM SET synchronous_standby_names = 'follower'" -c "SELECT pg_reload_conf()" >/dev/null
fi
cd "$OLDPWD"

url="postgres://postgres@/postgres?host=$dir"
if [ "$1" = --pair ]; then
	echo "$url $server"
	echo "postgres://postgres@/postgres?host=$dir/second $follower"
	cat >/dev/null
elif [ "$1" = --hold ]; then
	echo "$url"
	cat >/dev/null
else
	KITH_TEST_POSTGRES=$url "$@"
fi
