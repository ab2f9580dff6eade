#!/usr/bin/env bash
# Everything that must pass: every part is run, whatever the parts before it said, and its time is shown. Fails when a
# part failed; a part above KITH_PART_LIMIT seconds (300) is named, and is to be shortened: how long it takes on a busy
# machine says nothing of whether it passes. The part "compile" is outside the limit: its time depends on Go's caches.
set -uo pipefail
cd "$(dirname "$0")/.."
limit=${KITH_PART_LIMIT:-300}
logs=.cache/test
rm -rf "$logs"
mkdir -p "$logs" .cache/bin

# gosec rules left out, each with its reason. Everything else gosec knows is on.
gosec_excludes=(
	G104 # unchecked errors: staticcheck and review judge these; gosec also flags deferred Close of what was only read
	G115 # integer conversion: flags every int to int64 that no attacker and no count of ours can overflow
	G117 # struct fields called Password or Token: our forms have such fields by nature, and none is logged or encoded
	G304 # file path from a variable: operators name the files to import, and uploads never become paths
	G703 # the same by data flow
	G706 # log text from a variable: the log is JSON, which quotes it
)

# packages DIR... prints the packages below those folders that exist. Not ./..., which would walk node_modules.
packages() {
	local d
	for d in "$@"; do
		if [ -d "$d" ]; then go list "./$d/..."; fi
	done
}

all() { packages cmd internal web bench e2e; }
raced() { packages internal/platform/store internal/platform/audit internal/platform/jobs internal/platform/web; }

# on COMMAND... runs a command with the packages on standard input as its last arguments, and says so when there is none.
on() {
	local list
	mapfile -t list
	if [ ${#list[@]} -eq 0 ]; then echo "no such package in the tree"; return; fi
	"$@" "${list[@]}"
}

generate() { tools/need.sh; make --no-print-directory generate; }

compile() {
	go -C tools build -o ../.cache/bin/ honnef.co/go/tools/cmd/staticcheck github.com/securego/gosec/v2/cmd/gosec
	all | on go build
	raced | on go build -race
}

format_and_vet() {
	local bad folders=()
	for d in cmd internal web bench e2e tools; do if [ -d "$d" ]; then folders+=("$d"); fi; done
	bad=$(find "${folders[@]}" -name '*.go' ! -name '*_templ.go' -print0 | xargs -0 gofmt -l)
	if [ -n "$bad" ]; then echo "not in gofmt's form:"; echo "$bad"; return 1; fi
	all | on go vet
	go -C tools vet ./...
}

# ST1005 (errors in lower case, without a full stop) is off: people read many of ours, as sentences.
lint() {
	local bad=0
	all | on .cache/bin/staticcheck -checks inherit,-ST1005 || bad=1
	local excludes; excludes=$(IFS=,; echo "${gosec_excludes[*]}")
	# The test kit and the asset build start programs by name and write files for all to read; neither is in the binary.
	all | grep -vE '^kith/(internal/testkit|web/build|e2e)(/|$)' | sed 's#^kith/#./#' | on .cache/bin/gosec -quiet -exclude-generated -exclude="$excludes" || bad=1
	return "$bad"
}

# tests COMMAND... runs go test on the packages of standard input. All of them have been vetted whole by then; nobody opens a
# debugger on what runs once; and memory that is there is cheaper than collecting four times as often.
tests() { on env GOGC=400 GOMEMLIMIT=2GiB "$@" -vet=off -ldflags=-w -timeout 10m; }

architecture() { packages internal/archtest | tests go test; }
unit_and_store() {
	packages cmd internal web bench | { grep -v '^kith/internal/archtest' || true; } | tests tools/withpg.sh go test
	go -C tools test ./...
}
race() { raced | tests tools/withpg.sh go test -race; }
journeys() { packages e2e | tests go test -count=1; }

summary=()
failed=0
part() {
	local name=$1 began=$SECONDS status took verdict=passed
	printf '\n== %s\n' "${name//_/ }"
	(set -e; "$name") 2>&1 | tee "$logs/$name"
	status=${PIPESTATUS[0]}
	took=$((SECONDS - began))
	if [ "$status" -ne 0 ]; then
		verdict=FAILED; failed=1
	elif [ "$limit" -gt 0 ] && [ "$took" -gt "$limit" ] && [ "$name" != compile ]; then
		verdict="passed, but above $limit seconds: shorten it"
	fi
	summary+=("$(printf '  %-16s %5d s  %s' "${name//_/ }" "$took" "$verdict")")
}

shared=${KITH_SHARED_DATA:-../shared/data}
if [ ! -d "$shared" ]; then
	echo "SHARED DATA ABSENT: $shared is not there. Tests on published files are skipped; those on our own fixtures run."
fi
part generate
part compile
part format_and_vet
part lint
part architecture
part unit_and_store
part race
part journeys

printf '\n== what took how long\n'
printf '%s\n' "${summary[@]}"
if [ ! -d "$shared" ]; then echo "  tests on the shared data were skipped: $shared is not there"; fi
echo
# go test's own lines last, where a reader of logs looks for them.
cat "$logs"/{architecture,unit_and_store,race,journeys} | grep -E $'^(ok|FAIL|---|panic:)([ \t]|$)' || true
exit "$failed"
