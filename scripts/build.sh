#!/usr/bin/env bash
# Installs what is missing, configures a preset and builds it.
#   scripts/build.sh PRESET [TARGET...] [-DNAME=VALUE...]      e.g. scripts/build.sh release zohosync zohosim
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -eq 0 ]; then
  echo "usage: scripts/build.sh dev|release|asan|tsan [TARGET...] [-DNAME=VALUE...]" >&2
  exit 2
fi
preset=$1
shift
targets=() definitions=()
for argument in "$@"; do
  case "$argument" in
    -D*) definitions+=("$argument") ;;
    *) targets+=(--target "$argument") ;;
  esac
done

scripts/setup.sh

# One compiler process takes up to a gigabyte where Beast is included: small machines with many cores
# would otherwise be killed by the kernel in the middle of the build.
jobs=$(nproc)
room=$(awk '/^MemAvailable:/ {print int($2 / 1000000)}' /proc/meminfo)
[ "$room" -lt 1 ] && room=1
[ "$jobs" -gt "$room" ] && jobs=$room

cmake --preset "$preset" --log-level=WARNING ${definitions[@]+"${definitions[@]}"}
cmake --build --preset "$preset" --parallel "$jobs" ${targets[@]+"${targets[@]}"}
