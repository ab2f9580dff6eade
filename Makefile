# Kith. `make` prints what there is; `make run` shows the program, `make test` proves it.
#
# Needs Go 1.26 and Node 20. What else the tests need, tools/need.sh installs from Debian's packages or asks for.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup generate build run dev check test bench migration licences clean FORCE

LISTEN  ?= localhost:8080
SIZE    ?= small
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)

TEMPL  := $(shell find cmd internal web e2e bench -name '*.templ' 2>/dev/null)
ASSETS := $(shell find web -type f 2>/dev/null)

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS=$$'\t' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

setup: .cache/npm.stamp ## npm packages, exactly as locked; only when the lock changed

.cache/npm.stamp: package-lock.json
	@tools/npm.sh

generate: .cache/templ.stamp .cache/assets.stamp ## Go from templ files, styles and scripts from web/

# The list stands for files that were added, renamed or deleted: their stamps would not show it.
.cache/templ.list: FORCE
	@mkdir -p .cache && printf '%s\n' $(sort $(TEMPL)) >$@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

.cache/templ.stamp: $(TEMPL) .cache/templ.list go.mod $(if $(filter-out $(wildcard $(TEMPL:.templ=_templ.go)),$(TEMPL:.templ=_templ.go)),FORCE)
	@{ find cmd internal web e2e bench -name '*_templ.go' 2>/dev/null || true; } | while read -r f; do [ -e "$${f%_templ.go}.templ" ] || rm "$$f"; done
	go tool templ generate
	@touch $@

.cache/assets.stamp: $(ASSETS) package-lock.json go.mod .cache/npm.stamp $(if $(wildcard internal/platform/ui/assets/*),,FORCE)
	go run ./web/build
	@mkdir -p .cache && touch $@

build: generate ## bin/kith, one static file
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/kith ./cmd/kith

run: build ## the invented district on http://localhost:8080
	@echo "Open http://$(LISTEN) and sign in with one click: Designated Safeguarding Lead (dsl) shows most. Ctrl-C stops."
	@bin/kith demo --listen $(LISTEN) --data .cache/demo

dev: ## as run, and again whenever a file is saved
	@LISTEN=$(LISTEN) tools/dev.sh

check: generate ## inner loop, under a minute: vet and short tests of what changed, on SQLite only
	@tools/check.sh

test: ## everything that must pass, with the time of each part
	@tools/test.sh

bench: generate ## the figures, on the reference district; SIZE=full for all 140,000 children
	tools/withpg.sh go run ./bench -size $(SIZE)

migration: ## a new migration: make migration slice=training name=add_venue
	@tools/migration.sh '$(slice)' '$(name)'

licences: setup ## the licence of every dependency; fails on one that may not ship under MIT
	@go -C tools run ./licences ..

clean: ## removes what was made here; keeps npm packages and Go's own caches
	rm -rf bin .cache internal/platform/ui/assets e2e/shots
	find cmd internal web e2e bench -name '*_templ.go' -delete 2>/dev/null || true

FORCE:
