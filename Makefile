# make help tells what there is.

BUILD ?= build
PORT  ?= 8080

# of each fuzzer
FUZZ_SECONDS ?= 60

export BUILD PORT

.PHONY: all build run dashboard frontend-test test test-timescaledb lint asan fuzz compat image-test bench clean help deps

all: build

build:
	@tools/deps build
	@tools/build

run:
	@tools/deps run frontend
	@tools/build
	@tools/frontend build || echo 'run: without the dashboard'
	@tools/run

dashboard:
	@tools/deps frontend
	@tools/frontend build

frontend-test:
	@tools/deps run frontend frontend_test
	@tools/build
	@tools/frontend test

test:
	@tools/deps test
	@tools/build
	@tools/test

test-timescaledb:
	@tools/deps test timescaledb
	@tools/build
	@tools/timescaledb-test

asan:
	@tools/deps test
	@SANITIZE=1 exec tools/build
	@SANITIZE=1 exec tools/test

fuzz:
	@tools/deps test
	@UPTIME_BUILD=$(BUILD) t/unit/run --fuzz $(FUZZ_SECONDS)

lint:
	@tools/deps lint
	@tools/lint

compat:
	@tools/deps build
	@tools/compat

image-test:
	@tools/deps image
	@tools/image-test

bench:
	@tools/deps bench
	@tools/build
	@bench/run

deps:
	@tools/deps build run test lint

clean:
	rm -rf build build-asan frontend/dist

help:
	@echo 'make             build the module: build/ngx_http_uptime_module.so'
	@echo 'make run         start everything on http://127.0.0.1:8080; Ctrl-C stops it'
	@echo 'make dashboard   build the dashboard: frontend/dist/'
	@echo 'make frontend-test  check, test and measure the dashboard'
	@echo 'make test        build and run every test'
	@echo 'make test-timescaledb  those of history with TimescaleDB (Debian 13)'
	@echo 'make asan        the same tests with address and undefined sanitizers'
	@echo 'make fuzz        libFuzzer, FUZZ_SECONDS=60 for each part'
	@echo 'make lint        style, static analysis, rules of the project'
	@echo 'make compat      compile against newer nginx releases'
	@echo 'make image-test  build the container image and start it'
	@echo 'make bench       measure, bench/README.md; BENCH="check_cost memory"'
	@echo 'make deps        install what the above need (Debian packages)'
	@echo 'make clean       remove what was built; the data of make run stays'
	@echo
	@echo 'PORT=9090        where make run listens'
	@echo 'BUILD=dir        where to build'
	@echo 'NGINX_SRC=dir    build against this nginx source tree'
	@echo 'SANITIZE=1       build with sanitizers, in build-asan/'
