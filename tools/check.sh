#!/usr/bin/env bash
# The inner loop: vet and the short tests (SQLite only) of packages that differ from main, and the architecture tests.
set -euo pipefail
cd "$(dirname "$0")/.."
base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null || echo HEAD)
folders=$( (git diff --name-only "$base"; git ls-files --others --exclude-standard) | grep -E '\.(go|templ|sql)$' | xargs -r -n1 dirname | sed -E 's#/(migrations|testdata)(/.*)?$##' | sort -u)
changed=()
for f in $folders; do
	case $f in e2e* | tools* | bench*) continue ;; esac
	if [ -n "$(go list -e -f '{{if not .Error}}{{.ImportPath}}{{end}}' "./$f" 2>/dev/null)" ]; then changed+=("./$f"); fi
done
if [ ${#changed[@]} -eq 0 ]; then
	echo "no package differs from main; architecture tests only"
else
	go vet "${changed[@]}"
	go test -vet=off -ldflags=-w -short "${changed[@]}"
fi
go test ./internal/archtest
