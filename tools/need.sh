#!/usr/bin/env bash
# Sees that the machine has what the tests need, and installs what is missing from Debian's packages when it may (as root,
# or by sudo without a password). Otherwise it says in one line what to run. Does nothing when all is there.
set -euo pipefail

fail() { echo "need: $*" >&2; exit 1; }

command -v go >/dev/null || fail "Go 1.26 or later: https://go.dev/doc/install"
command -v node >/dev/null || fail "Node 20 or later: https://nodejs.org"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "Node 20 or later; this is $(node -v)"

postgres() {
	local d version
	for d in /usr/lib/postgresql/*/bin; do
		version=${d#/usr/lib/postgresql/}; version=${version%/bin}
		if [ -x "$d/initdb" ] && [ "${version%%.*}" -ge 15 ]; then return 0; fi
	done
	return 1
}

missing=()
command -v chromium >/dev/null || missing+=(chromium)
postgres || missing+=(postgresql)
command -v cc >/dev/null || missing+=(gcc libc6-dev) # the race detector links with it; the program itself has no cgo
command -v java >/dev/null || missing+=(default-jre-headless)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

install="apt-get install -y --no-install-recommends ${missing[*]}"
command -v apt-get >/dev/null || fail "missing, and this is no Debian: ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
	as=(env)
elif sudo -n true 2>/dev/null; then
	as=(sudo -n)
else
	fail "missing: ${missing[*]}. Run: sudo $install"
fi
echo "need: installing ${missing[*]}"
"${as[@]}" apt-get update -qq
"${as[@]}" env DEBIAN_FRONTEND=noninteractive $install
