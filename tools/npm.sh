#!/usr/bin/env bash
# Installs the npm packages of package-lock.json, only when the lock is not the one installed last.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
want=$(sha256sum package-lock.json)
if [ -L node_modules ]; then
	echo "node_modules is a link: its packages are used as they are"
elif [ ! -e node_modules/.package-lock.json ] || [ "$(cat .cache/npm.stamp 2>/dev/null)" != "$want" ]; then
	command -v npm >/dev/null || { echo "needs Node 20 or later with npm" >&2; exit 1; }
	npm ci --no-audit --no-fund
fi
echo "$want" >.cache/npm.stamp
