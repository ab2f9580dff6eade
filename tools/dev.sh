#!/usr/bin/env bash
# Builds and runs the demonstration, and does so again whenever a source file is saved. A build that fails leaves the
# running one alone, so the page stays up while you type. It looks once a second: no watcher to install.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
listen=${LISTEN:-localhost:8080}
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; server=; }; }
trap 'stop; exit 0' INT TERM EXIT

sources() {
	find cmd internal web go.mod go.sum package-lock.json -type f ! -name '*_templ.go' ! -path internal/platform/ui/assets/'*' \
		-newer .cache/dev.stamp -print -quit 2>/dev/null
}

touch -d @0 .cache/dev.stamp
while true; do
	if [ -n "$(sources)" ]; then
		touch .cache/dev.stamp
		if make --no-print-directory build; then
			stop
			bin/kith demo --listen "$listen" --data .cache/demo &
			server=$!
		fi
	fi
	sleep 1
done
