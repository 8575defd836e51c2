#!/usr/bin/env bash
# The tests under sanitizers, the real daemon and simulator among them. No suppressions: what is reported is mended.
#   scripts/sanitize.sh asan       address and undefined behaviour: all quick tests, which is what CI runs
#   scripts/sanitize.sh programs   the same sanitizers in the real programs, killed and filled up
#   scripts/sanitize.sh tsan       data races: the server, the client, the store, and the real programs
# The real programs are run by fewer tests than without a sanitizer: those in which most happens at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

programs='^(Crash|FullDisk|Http|Signed)\.'
# A report ends the program that made it, so that no test can pass over it.
export ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1${TSAN_OPTIONS:+:$TSAN_OPTIONS}"

case "${1:-}" in
  asan)
    scripts/build.sh asan -DZS_WERROR=ON
    # Thousands of seeds, and a run for every step of a disk, are the dev build's business.
    ZS_SEEDS=${ZS_SEEDS:-5} ctest --preset asan --parallel "$(nproc)" --label-exclude slow --exclude-regex 'Matrix'
    ;;
  programs)
    scripts/build.sh asan -DZS_WERROR=ON zohosync zohosim process_test
    ctest --preset asan --parallel "$(nproc)" --tests-regex "$programs"
    ;;
  tsan)
    scripts/build.sh tsan -DZS_WERROR=ON zohosync zohosim process_test net_test store_test
    ctest --preset tsan --parallel "$(nproc)" --tests-regex "$programs|Curl|Server|StoreTest|DiskFault|Fetch"
    ;;
  *)
    echo "usage: scripts/sanitize.sh asan | programs | tsan" >&2
    exit 2
    ;;
esac
