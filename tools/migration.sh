#!/usr/bin/env bash
# Makes an empty migration of one slice: tools/migration.sh SLICE NAME
# Its number is the present time in UTC, to the second, so two branches never take the same one.
set -euo pipefail
cd "$(dirname "$0")/.."
slice=$1 name=$2
if ! [[ $slice =~ ^[a-z]+$ && $name =~ ^[a-z][a-z0-9_]*$ ]]; then
	echo "usage: make migration slice=training name=add_venue" >&2; exit 2
fi
folder=internal/feature/$slice
if [ ! -d "$folder" ]; then echo "there is no slice $slice in internal/feature" >&2; exit 1; fi
mkdir -p "$folder/migrations"
file=$folder/migrations/$(date -u +%Y%m%d%H%M%S)_${slice}_$name.sql
if [ -e "$file" ]; then echo "$file is there already" >&2; exit 1; fi
echo "-- What this changes, and why." >"$file"
echo "$file"
