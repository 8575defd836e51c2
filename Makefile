# Every target goes through scripts/, and every script through scripts/setup.sh, so that each works
# alone on a fresh Debian 12. Without make: `scripts/demo.sh` is the same as `make demo`.
.PHONY: help setup build demo test bench fuzz package clean

help:
	@echo 'make demo      build, start zohosim and zohosync, sync 300 sample customers, show the result'
	@echo 'make build     build/release/bin/zohosync and build/release/bin/zohosim'
	@echo 'make test      build and run all tests'
	@echo 'make package   build/package/zohosync-VERSION-linux-ARCH.tar.gz'
	@echo 'make setup     only install what the build needs (Debian 12)'
	@echo 'make bench     run the benchmarks'
	@echo 'make fuzz      run the fuzzers'
	@echo 'make clean     remove build/'

setup:
	@scripts/setup.sh

build:
	@scripts/build.sh release zohosync zohosim

demo:
	@scripts/demo.sh

test:
	@scripts/test.sh

bench:
	@scripts/bench.sh

fuzz:
	@scripts/fuzz.sh

package:
	@scripts/package.sh

clean:
	rm -rf build
