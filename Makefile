# Tools are run at a pinned version and are no dependencies of rcgen.
GOLANGCI = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.13.1
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rcgen
COMPOSE = $(CACHE)/docker-compose-v5.6.0

.PHONY: help build test lint examples bench e2e e2e-long conformance check

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 13

build: ## bin/rcgen, as it is released
	CGO_ENABLED=0 go build -trimpath -tags urfave_cli_no_docs -ldflags '-s -w' -o bin/rcgen ./cmd/rcgen

# Tests make more garbage than they keep: with GOGC=400 they take a sixth less time.
test: ## all tests; needs no Docker
	GOGC=400 go test -timeout 30m ./...

lint: ## golangci-lint and go mod tidy, of the three modules
	$(GOLANGCI) run
	go mod tidy -diff
	cd e2e && $(GOLANGCI) run --config ../.golangci.yml --build-tags e2e ./... && go mod tidy -diff
	cd e2e/conformance && $(GOLANGCI) run --config ../../.golangci.yml ./... && go mod tidy -diff

examples: ## regenerate examples/: the files that are kept, and the checksums of all
	go generate ./generator/keys
	go test ./generator -run TestExamples -update
	go test ./generator/helm -run TestExamples -update
	go test ./cmd/rcgen -run TestExampleEdited -update

bench: $(COMPOSE) ## benchmarks, and rcgen beside docker compose config, process by process
	go test -run '^$$' -bench . -benchmem ./generator
	RCGEN_COMPOSE=$(COMPOSE) go test -run TestProcesses -count 1 -v ./cmd/rcgen

# STRICT=1: bounds of time hold as they are, on a quiet machine; else they fail beyond five times their value.
E2E = E2E_IMAGES=$(IMAGES) E2E_STRICT=$(STRICT) go test -tags e2e -count 1 -v

e2e: ## a generated project on a real Docker Engine; IMAGES=upstream pulls the true images, STRICT=1 for a quiet machine
	cd e2e && go vet -tags e2e ./... && E2E_STRICT=$(STRICT) go test -timeout 30m ./...
	cd e2e && $(E2E) -timeout 80m .

e2e-long: ## every case of e2e at its full size: all kills, random kills, repeated stalls, long transfers
	cd e2e && E2E_LONG=1 $(E2E) -timeout 160m .

conformance: ## exports against Helm, Kubernetes' types, kustomize and promtool; APISERVER=1: an API server too
	cd e2e/conformance && go vet ./... && RCGEN_APISERVER=$(APISERVER) go test -count 1 ./...

check: lint test ## what a change must pass
	git diff --exit-code examples

# Docker Compose from its module, for machines without it and for a known version to compare with.
$(COMPOSE): e2e/parts/compose/go.mod e2e/parts/compose/go.sum
	mkdir -p $(@D)
	cd e2e/parts/compose && CGO_ENABLED=0 go build -trimpath -o $@ \
		-ldflags '-s -w -X github.com/docker/compose/v5/internal.Version=v5.6.0' github.com/docker/compose/v5/cmd
