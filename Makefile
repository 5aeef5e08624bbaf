# make run   sets up and starts the service with the demo portal
# make test  sets up and runs every test
# Both may be called again at any time and are quick then.

SHELL := /bin/bash
export CGO_ENABLED := 1
export CGO_CPPFLAGS := -I$(CURDIR)/asr/vosk/include
export CGO_LDFLAGS := -L$(CURDIR)/build/vosk/lib -Wl,-rpath,$$ORIGIN/lib
# Test binaries run from temporary folders, where the rpath finds nothing.
export LD_LIBRARY_PATH := $(CURDIR)/build/vosk/lib:$(LD_LIBRARY_PATH)

LIBVOSK := build/vosk/lib/libvosk.so
CONSOLE := server/web/admin/dist/index.html
DATA ?= ./data
LISTEN ?= :8080
# Packages whose goroutines meet each other; they are tested under -race, too.
CONCURRENT := ./journal ./insights ./asr ./session ./node ./server ./cmd/tingdong

.PHONY: run build search-eval overload soak test test-cluster test-go test-e2e setup-test lint fuzz clean

run: build
	@echo "== 启动 / starting on $(LISTEN), state in $(DATA)"
	bin/tingdong serve --data $(DATA) --listen $(LISTEN)

build: $(LIBVOSK) $(CONSOLE)
	@echo "== 编译 / building bin/tingdong"
	@mkdir -p bin/lib
	@cmp -s $(LIBVOSK) bin/lib/libvosk.so || cp $(LIBVOSK) bin/lib/libvosk.so
	go build -trimpath -o bin/tingdong ./cmd/tingdong

# The console's bundle; rebuilt when a source of it is newer.
$(CONSOLE): $(shell find server/web/admin/ui -path '*/node_modules' -prune -o -type f -print)
	@echo "== 打包管理台 / bundling the admin console"
	@cd server/web/admin/ui && { cmp -s package-lock.json node_modules/.tingdong-lock || { npm ci --silent --ignore-scripts --no-audit --no-fund && cp package-lock.json node_modules/.tingdong-lock; }; }
	@node server/web/admin/ui/build.mjs

$(LIBVOSK):
	@echo "== 获取语音识别库 / fetching the speech library"
	scripts/libvosk.sh

test: build setup-test lint test-go test-e2e
	@echo "== 全部通过 / all tests passed"

setup-test:
	@scripts/setup-test.sh

lint:
	@echo "== 格式与静态检查 / gofmt and vet"
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...

test-go:
	@echo "== Go 测试 / Go tests"
	go test ./...
	@echo "== Go 测试（-race）/ Go tests under the race detector"
	go test -short -race $(CONCURRENT)
	go test -race -run Concurrent ./intent ./search

# Three members of a cluster in one process and a journal on NATS under the
# race detector; then three processes that are stopped, killed and cut off.
test-cluster: $(LIBVOSK)
	go test -race ./node -run 'TestCluster|TestRemote' -v
	TINGDONG_FLEET=1 go test ./cmd/tingdong -run TestFleet -v

test-e2e:
	@echo "== 浏览器测试 / browser tests"
	cd test/e2e && npm test --silent

# Each fuzz target for FUZZTIME (default 1m).
fuzz: build
	scripts/fuzz.sh $(or $(FUZZTIME),1m)

# Load on a service of its own, with synthetic voices (docs/listening.md has
# figures): ten times more visitors than there is room for, and SOAK_HOURS of
# audio faster than real time (without admission, which would refuse that).
SPOKEN := build/speech
SOAK_HOURS ?= 24
soak: export SERVE_FLAGS := --max-load 1000 --max-wait 1h
overload soak: build
	scripts/speak.sh $(SPOKEN)
	scripts/with-service.sh $@ $(if $(filter soak,$@),--hours $(SOAK_HOURS) $(SPOKEN)/*.wav,$(addprefix $(SPOKEN)/,jyj.wav tsjb.wav bszn.wav zwgk.wav))

# The other figures of docs/listening.md: streams in real time, 16 more each
# round until some are refused, beside a door that only waits for silence; the
# memory of sessions, and 1,000 that are idle; CPU beside the bare library's;
# every recording in three ways of listening.
.PHONY: bench-listen bench-sessions bench-cpu accuracy
bench-listen: build
	scripts/speak.sh $(SPOKEN)
	scripts/with-service.sh listen --to-refusal $(SPOKEN)/*.wav
bench-sessions: export SERVE_FLAGS := --max-streams 600 --max-load 1000 --max-wait 1h
bench-sessions: build
	scripts/speak.sh $(SPOKEN)
	scripts/with-service.sh sessions $(addprefix $(SPOKEN)/,jyj.wav tsjb.wav bszn.wav zwgk.wav)
bench-cpu: $(LIBVOSK)
	go test ./asr -run '^$$' -bench CPU -benchtime 5x
accuracy: $(LIBVOSK)
	TINGDONG_ACCURACY=all go test ./session -run TestCommandAccuracy -v -timeout 60m

# The table of docs/search.md, on the collections in ../shared/search.
search-eval: build
	bin/tingdong search-eval --data ../shared/search

# Known vulnerabilities in what the program calls; needs vuln.go.dev, or a
# copy of its database in VULNDB. govulncheck v1.9 (BSD-3-Clause).
.PHONY: vulncheck
vulncheck: $(LIBVOSK)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 $(if $(VULNDB),-db $(VULNDB)) ./...

clean:
	rm -rf bin build test/e2e/node_modules server/web/admin/ui/node_modules
	find server/web/admin/dist -type f ! -name README.md -delete

# Trains the starter model (models/train) on the recordings in SPEECH, in
# MODEL_WORK; an hour or more of CPU. Stop and repeat it at will. MODEL_FLAGS as
# "--wide --everything 2500"; models/starter-zh/README.md has those of what ships.
SPEECH ?= ../shared/speech
MODEL_WORK ?= build/model
.PHONY: model
model: $(LIBVOSK)
	models/train/run.sh $(SPEECH) $(MODEL_WORK) $(MODEL_FLAGS)
