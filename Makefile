# Airlock. `make help` lists the targets; `make run` shows the gate in front of a real engine; `make test` checks all.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

AIRLOCK_CACHE ?= $(CURDIR)/.cache
export AIRLOCK_CACHE
GO ?= go
# The build embeds the revision when there is one; a tree without history builds all the same.
export GOFLAGS ?= -buildvcs=auto

OPA := $(GO) tool opa
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZTIME ?= 10s
BENCHTIME ?= 1s
E2E ?= .
RUN_ARGS ?=
DESTDIR ?=
RUN_ENGINE ?= oldest
BENCH_ARGS ?=

comma := ,
say = @printf '\n== %s\n' '$(1)'

.PHONY: help build install run test fmt vet staticcheck lint rego unit arch map-check fuzz e2e compat airgap pipeline engines vuln vuln-if-reachable \
  bench docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  variables: AIRLOCK_CACHE FUZZTIME BENCHTIME E2E=<test name pattern> RUN_ENGINE=oldest|newest RUN_ARGS=--once BENCH_ARGS"

build: ## Build the static program bin/airlock
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o bin/airlock ./cmd/airlock

install: build ## Install program, systemd units, manual page, completion and sample site data below DESTDIR
	install -D -m 0755 bin/airlock "$(DESTDIR)/usr/bin/airlock"
	install -d "$(DESTDIR)/usr/lib/systemd/system/docker.service.d" "$(DESTDIR)/usr/share/man/man1" \
	  "$(DESTDIR)/usr/share/bash-completion/completions" "$(DESTDIR)/etc/airlock"
	install -m 0644 packaging/systemd/airlock.socket packaging/systemd/airlock.service "$(DESTDIR)/usr/lib/systemd/system/"
	install -m 0644 packaging/systemd/docker.service.d/airlock.conf "$(DESTDIR)/usr/lib/systemd/system/docker.service.d/"
	bin/airlock man > "$(DESTDIR)/usr/share/man/man1/airlock.1"
	bin/airlock completion bash > "$(DESTDIR)/usr/share/bash-completion/completions/airlock"
	@if [[ -e "$(DESTDIR)/etc/airlock/site.yaml" ]]; then echo "kept $(DESTDIR)/etc/airlock/site.yaml"; \
	  else install -m 0644 packaging/site.yaml "$(DESTDIR)/etc/airlock/site.yaml"; fi

run: build ## Start a private engine behind the gate, show a denial and an admission, stay until Ctrl-C (root, Debian)
	@test/engine/install "$(AIRLOCK_CACHE)" registry "$(RUN_ENGINE)"
	@$(GO) build -o bin/demo ./test/demo
	@exec bin/demo --engine "$(RUN_ENGINE)" $(RUN_ARGS)

test: engines ## Everything, in the order of cost; nothing is skipped (root, Debian, network)
	$(MAKE) lint
	$(MAKE) rego
	$(MAKE) unit
	$(MAKE) arch
	$(MAKE) map-check
	$(MAKE) vuln-if-reachable
	$(MAKE) fuzz
	$(MAKE) e2e
	$(MAKE) pipeline
	@printf '\n== all checks passed\n'

lint: fmt vet staticcheck ## Format, vet and static analysis

fmt:
	$(call say,gofmt)
	@out=$$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l); \
	  if [[ -n $$out ]]; then printf 'not gofmt clean:\n%s\n' "$$out"; exit 1; fi

vet:
	$(call say,go vet)
	@$(GO) vet ./...
	@$(GO) vet -tags e2e ./test/...
	@$(GO) vet -tags browser ./plugin/chart
	@$(GO) vet -tags pipeline ./test/pipeline

staticcheck:
	$(call say,staticcheck)
	@$(GO) run $(STATICCHECK) -tags e2e ./...

rego: ## Format, strict check against the schemas, tests and full coverage, with stock OPA
	$(call say,opa fmt)
	@$(OPA) fmt --fail --list policies
	$(call say,opa check)
	@$(OPA) check --bundle --strict --schema policies/schemas --capabilities policies/capabilities.json policies
	$(call say,opa test)
	@$(OPA) test --bundle policies
	$(call say,opa coverage 100 percent)
	@$(OPA) test --bundle --coverage --threshold 100 policies >/dev/null

unit: ## Go tests with the race detector, in random order; allocation ceilings without it
	$(call say,go test)
	@$(GO) test -race -shuffle=on -timeout 15m $$($(GO) list ./... | grep -v '/test$$')
	$(call say,allocation ceilings)
	@$(GO) test -count=1 -run Allocations ./bundle ./plugin/...

arch: ## Import directions, documents, systemd units
	$(call say,import directions$(comma) documents$(comma) units)
	@$(GO) test -count=1 ./test

map-check: ## Draw airgap maps in a real browser, measure them, leave pictures in bin (root, Debian: installs chromium)
	$(call say,maps in chromium)
	@command -v chromium >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null; }
	@mkdir -p bin
	@AIRLOCK_MAPS="$(CURDIR)/bin" $(GO) test -tags browser -count=1 -timeout 10m -run TestBrowser ./plugin/chart

fuzz: ## Every fuzz target for FUZZTIME
	@$(GO) list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r pkg dir; do \
	  { grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$$dir"/*_test.go 2>/dev/null || true; } | cut -c6- | while read -r target; do \
	    printf '\n== fuzz %s %s\n' "$$pkg" "$$target"; \
	    test/fuzz "$$pkg" "$$target" $(FUZZTIME) </dev/null; \
	  done; done

docs: build ## Write the generated pages
	bin/airlock rules --markdown > docs/rules.md
	$(GO) run ./test/coverage/page docs/api-coverage.md
	$(GO) generate ./plugin/view

engines: ## Fetch and build the pinned engines, docker commands, registry and other clients (root, Debian, network)
	@test/engine/install "$(AIRLOCK_CACHE)" oldest newest registry clients

e2e: engines ## The gate in front of both real engines (root)
	$(call say,end to end)
	@mkdir -p bin
	@$(GO) test -tags e2e -count=1 -timeout 30m ./test/engine
	@$(GO) test -tags e2e -count=1 -p 1 -timeout 45m -run '$(E2E)' ./test/e2e ./test/demo ./test/image
	@cat bin/e2e-report.txt
	$(MAKE) compat
	$(MAKE) airgap

compat: engines ## Real clients, old and new, in front of both real engines (root)
	$(call say,real clients)
	@$(GO) test -tags e2e -count=1 -timeout 15m ./test/compat
	@cat bin/compat-report.txt

airgap: engines ## Packets: exits shown open without the gate, shut with it, in namespaces of their own (root)
	$(call say,airgap)
	@$(GO) test -tags e2e -count=1 -timeout 30m ./test/airgap
	@cat bin/airgap-report.txt

pipeline: ## The release job of stack/pipeline with the real cosign, which takes minutes to build once (root, Debian, network)
	@test/engine/install "$(AIRLOCK_CACHE)" oldest registry cosign
	$(call say,pipeline)
	@$(GO) test -tags pipeline -count=1 -timeout 15m ./test/pipeline

vuln: ## Known vulnerabilities in what is linked (fails when the database cannot be asked)
	$(call say,govulncheck)
	@$(GO) run $(GOVULNCHECK) ./...

# The database is a service outside; a test run must not depend on it, and must not pretend it was asked.
vuln-if-reachable:
	@if $(GO) run ./test/reach https://vuln.go.dev/index/db.json; then $(MAKE) vuln; \
	  else printf '\n*** VULNERABILITY DATABASE NOT REACHABLE: NOT CHECKED. Run `make vuln` where https://vuln.go.dev is.\n'; fi

bench: build engines ## Go benchmarks, then the gate against a no-op plugin through real engines (root)
	$(call say,go benchmarks)
	@$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $$($(GO) list ./... | grep -v '/test/')
	$(call say,through real engines)
	@$(GO) build -o bin/bench ./test/bench
	@bin/bench $(BENCH_ARGS)

clean: ## Remove what was built; engines stay in the cache
	rm -rf bin
