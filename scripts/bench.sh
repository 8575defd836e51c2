#!/usr/bin/env bash
# Builds the benchmarks and runs them. They print ratios to a floor or a peer measured in the same run, since absolute
# figures do not travel between machines.
#   scripts/bench.sh                   every row, some of them for minutes
#   scripts/bench.sh list              what rows there are
#   scripts/bench.sh quick [ROW…]      seconds a row: shows that it works, measures little
#   scripts/bench.sh ROW…              these; `huge` before them for the largest sizes
# ZOHOSYNC_BENCH_STORES=DIR keeps the stores that `scale` fills, which is most of its time, for the next run (20 GB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

size=() rows=()
for word in "$@"; do
  case "$word" in
    quick | huge) size=("--$word") ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) rows+=("$word") ;;
  esac
done
scripts/setup.sh --bench
bench/peer/packages.sh
scripts/build.sh release -DZS_BENCH=ON zohosync zohosim zohosync_bench
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
build/release/bin/zohosync_bench ${size[@]+"${size[@]}"} ${rows[@]+"${rows[@]}"}
