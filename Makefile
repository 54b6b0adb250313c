# Simulacro: the two commands of a newcomer are `make demo` and `make test`. Both set everything up by themselves.
SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

export CGO_ENABLED ?= 0
# All that is compiled is compiled alike, so that nothing is twice; without paths in it, clones in other folders make the same images.
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)
# There may be no registry to pull testcontainers' reaper from; clean-up is a sweep by label, see sim/docker.
export TESTCONTAINERS_RYUK_DISABLED ?= true
# On a host that is a container itself (/.dockerenv) the bridge's gateway would be taken for the host.
export TESTCONTAINERS_HOST_OVERRIDE ?= 127.0.0.1

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X main.version=$(VERSION)
RUN     ?= .
PKGS    ?= ./...

.PHONY: help build docs images demo down test unit scenarios crash practical test-engine29 conformance differential soak bench bench-director bench-load check lint fmt clean need-docker

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## static binaries in bin/: simulacro, proxy, mount.nfs
	@mkdir -p bin
	go build -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

docs: build ## what is made from the loader's tables and the fault catalogue: scenarios/schema.json, docs/scenarios.md, docs/coverage.md
	bin/simulacro schema >bin/schema.json && mv bin/schema.json scenarios/schema.json
	bin/simulacro reference >bin/scenarios.md && mv bin/scenarios.md docs/scenarios.md
	bin/simulacro coverage >bin/coverage.md && mv bin/coverage.md docs/coverage.md

need-docker:
	@command -v docker >/dev/null 2>&1 && docker version >/dev/null 2>&1 || { \
	  echo "Docker Engine does not answer. The nodes of the cluster are containers, so this target needs it:"; \
	  echo "  install it (Debian and Ubuntu: apt-get install docker.io), start it, and let your user reach its socket."; \
	  echo "  Without Docker, 'make unit' tests everything that needs no cluster."; exit 1; }

images: build need-docker ## the nodes' images, where they are missing or out of date
	bin/simulacro images

demo: images ## the main job: a cluster, the drill kill-server, its verdict, report.html; the cluster stays up
	bin/simulacro up
	bin/simulacro run kill-server --cluster simulacro --html report.html
	@echo
	@bin/simulacro status

down: build ## remove the cluster that demo or up left
	bin/simulacro down

# The scenarios time real nodes, so they run alone and without the race detector; what races inside one process is tested by
# the packages they are made of, under the detector, which needs cgo. Without -count=1 what has not changed is not run again.
CLUSTERS := /scenarios$$|/scenarios/practical$$|/sim/docker$$|/cmd/simulacro$$|/internal/differential(/.*)?$$

RACE     := $(if $(shell command -v $(firstword $(shell go env CC)) 2>/dev/null),-race)

unit: ## the tests that need no cluster, under the race detector
	$(if $(RACE),,@echo "No C compiler, which the race detector needs (Debian: apt-get install gcc libc6-dev): the tests run without it.")
	CGO_ENABLED=$(if $(RACE),1,0) go test $(RACE) -timeout 10m $$(go list ./... | grep -v -E '$(CLUSTERS)')

scenarios: images ## every scenario on both directors, in real containers (RUN=kill-server: those that match)
	go test -count=1 -timeout 60m -v -run '$(RUN)' ./scenarios

CRASHES ?= 50
crash: images ## kill -9 of the runner at CRASHES random instants under different faults, and heal each time
	go test -count=1 -timeout 60m -v -run TestKilledRunner ./scenarios -crashes $(CRASHES)

test: images unit ## what needs no cluster, the testbed, the coursework, the core scenarios on both directors (make scenarios: all of them)
	go test -timeout 15m ./sim/docker ./cmd/simulacro ./scenarios/practical
	go test -count=1 -timeout 20m -v ./scenarios -tag core

practical: images ## the coursework from its first command to its last, typed in the nodes, every output checked
	go test -count=1 -timeout 10m -v -run TestPractical ./scenarios/practical

# The engine lives in a network namespace of its own, without a way out: the modules must be there, and the images are brought over.
ENGINE29 ?= $(HOME)/.cache/simulacro/engine29
test-engine29: images unit ## `make test` on Docker Engine 29 with cgroup v2 alone; builds that engine first (root, 5 minutes)
	internal/engine29/build.sh "$(ENGINE29)"
	IMAGES="simulacro/base:bookworm simulacro/client simulacro/storage simulacro/server simulacro/director" \
	  internal/engine29/run.sh "$(ENGINE29)" $(MAKE) test

conformance: build ## HAProxy's own regression tests that pass today, fetched from Debian's source package, as a gate
	internal/conformance/fetch.sh && internal/conformance/run.sh

differential: build ## the director and Debian's HAProxy side by side on the same configurations, requests and faults
	go test -trimpath=false -count=1 -v -timeout 60m ./internal/differential/...

DURATION ?= 10m

soak: build ## the director for DURATION (10m) under half of its peak, with reloads, kills of servers and slow clients: nothing lost, nothing grows
	go run ./internal/soak -duration $(DURATION) -program bin/proxy

bench: images ## ratios against a peer in the same run
	go test -run '^$$' -bench . -benchtime 5x -timeout 30m ./sim/docker
	go test -run '^$$' -bench . -benchmem ./proxy/...
	$(MAKE) bench-director

bench-director: build ## CPU, rate, latency and memory of the director beside Debian's HAProxy; the table goes to docs/performance.md
	go run ./internal/bench

# vegeta stands in a module of its own, pinned, so that the project does not depend on what it depends on.
bench-load: build ## the load generator beside vegeta and wrk: rate, latency error, processor time a request
	go -C internal/loadbench/vegeta build -o ../../../bin/vegeta github.com/tsenart/vegeta/v12
	go run ./internal/loadbench

fmt: ## format the Go files
	gofmt -w $$(git ls-files '*.go')

lint: ## gofmt, vet and staticcheck; offline once the modules are there
	@bad=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$bad" ]; then echo "gofmt would change:"; echo "$$bad"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

check: lint test ## what must pass before a change lands

clean: ## remove every cluster, network, volume, snapshot, image and file that the targets above made
	@if [ -x bin/simulacro ] && docker version >/dev/null 2>&1; then bin/simulacro down --all --images; fi
	rm -rf bin out report.html
