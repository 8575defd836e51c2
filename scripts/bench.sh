#!/usr/bin/env bash
# Builds and runs the benchmarks. They print ratios to a bare reference measured in the same run, since
# absolute figures do not travel between machines.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ ! -e bench/CMakeLists.txt ]; then
  echo "bench: this version has no benchmarks. Nothing was measured."
  exit 0
fi
scripts/build.sh release -DZS_BENCH=ON
shopt -s nullglob
programs=(build/release/bin/*_bench)
if [ ${#programs[@]} -eq 0 ]; then
  echo "bench: bench/CMakeLists.txt built no program named *_bench. Nothing was measured." >&2
  exit 1
fi
for program in "${programs[@]}"; do
  echo "== ${program##*/}"
  "$program" "$@"
done
