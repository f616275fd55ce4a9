# Thin targets over the go command. CI (.ci/run) runs the same steps and needs no make.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := check

GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 30s

# The packages with benchmarks, and those with golden files: their tests define the flag -update.
packages_with = grep -rlE --include='*_test.go' $(1) . | xargs -r -n1 dirname | sort -u

.PHONY: check lint test race fuzz bench golden build examples compat volume vuln

check: lint test build examples ## what a change has to pass; .ci/run adds the race detector and tidy modules

lint: ## correctness and the floors: .golangci.yml
	$(TOOL) golangci-lint run ./...

test:
	$(GO) test -shuffle=on ./...

race: ## needs a C compiler; the examples start the program as it is shipped, which hides races
	CGO_ENABLED=1 $(GO) test -race -short -shuffle=on -timeout 20m ./importer ./internal/pace
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -timeout 20m -skip '^TestScriptsOfReference$$' $$($(GO) list ./... | grep -vE '/(examples|importer|pace)$$')

fuzz: ## every fuzz target for FUZZTIME
	GO='$(GO)' FUZZTIME='$(FUZZTIME)' tools/fuzz.sh

bench: ## into bin/bench.txt as well
	@mkdir -p bin
	$(GO) test -run '^$$' -bench . -benchmem $$($(call packages_with,'^func Benchmark')) | tee bin/bench.txt

golden: ## rewrites the golden files; read the diff before committing it
	$(GO) test $$($(call packages_with,'flag\..*"update"')) -update

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/attio-etl ./cmd/attio-etl

examples: ## the example jobs against the embedded sandbox
	$(GO) test -count=1 -v ./examples

compat: build ## another author's client against the sandbox; needs Node.js 20 and the npm registry
	npm ci --prefix sandbox/compat --no-fund --no-audit
	npm test --prefix sandbox/compat

volume: build ## exports of 100,000 people, read back by other programs; needs Node.js 20, the npm registry, Python 3 and jq
	tools/volume.sh

vuln: ## known vulnerabilities in what the program reaches; asks vuln.go.dev
	$(TOOL) govulncheck ./...
