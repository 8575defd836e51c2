#!/usr/bin/env bash
# Fuzzes what reads input from outside (fuzz/): libFuzzer of clang-19 with the address and undefined behaviour sanitizers.
#   scripts/fuzz.sh [SECONDS [TARGET…]]     each target for so long (60), one core; prints what was reached
#   scripts/fuzz.sh --regress [TARGET…]     only the committed corpus, once
# What a run finds new is kept in build/fuzz/corpus/TARGET for the next one; an input that breaks a demand, in
# build/fuzz/found/. The same corpus runs in `make test` with g++ as Fuzz.TARGET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=60 regress=
case "${1:-}" in
  --regress) regress=yes; shift ;;
  [0-9]*) seconds=$1; shift ;;
esac
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for directory in fuzz/corpus/*/; do targets+=("$(basename "$directory")"); done
fi
for target in "${targets[@]}"; do
  if [ ! -e "fuzz/${target}_fuzz.cpp" ]; then
    echo "fuzz: there is no target '$target'; there are: $(cd fuzz/corpus && echo *)" >&2
    exit 2
  fi
done

scripts/setup.sh --fuzz
scripts/build.sh fuzz "${targets[@]/%/_fuzz}"

found=build/fuzz/found
mkdir -p "$found"
failed=0
printf '%-14s %9s %8s %8s %8s  %s\n' target runs 'runs/s' edges corpus result
for target in "${targets[@]}"; do
  program=build/fuzz/bin/${target}_fuzz
  log=build/fuzz/$target.log
  kept=build/fuzz/corpus/$target
  mkdir -p "$kept"
  # An input may take long only by being large; a loop that does not end is a fault like a crash.
  arguments=(-timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "-artifact_prefix=$found/$target-")
  if [ -n "$regress" ]; then
    arguments+=("fuzz/corpus/$target"/*)
  else
    arguments+=("-max_total_time=$seconds" -max_len=4096 "$kept" "fuzz/corpus/$target")
  fi
  result='no fault'
  if ! "$program" "${arguments[@]}" >"$log" 2>&1 </dev/null; then
    failed=1
    result="FAULT, see $log"
  fi
  figure() { sed -n "s/^stat::$1: *//p" "$log" | tail -n 1; }
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  if [ -n "$regress" ]; then
    printf '%-14s %9s %8s %8s %8s  %s\n' "$target" "$(grep -c '^Executed ' "$log" || true)" - - - "$result"
  else
    printf '%-14s %9s %8s %8s %8s  %s\n' "$target" "$(figure number_of_executed_units)" "$(figure average_exec_per_sec)" \
      "${edges:--}" "$(find "$kept" -type f | wc -l)" "$result"
  fi
done
exit "$failed"
