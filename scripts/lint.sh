#!/usr/bin/env bash
# What CI refuses besides failing tests. Each part can be run alone:
#   scripts/lint.sh format       formatting of all tracked C++ (mend: scripts/lint.sh format --fix)
#   scripts/lint.sh includes     includes against the table of allowed arrows
#   scripts/lint.sh guarantees   docs/guarantees.md against the tests it names, and tools/mutations against the code
#   scripts/lint.sh tidy [FILE…] clang-tidy; needs build/dev configured
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh --lint

format() {
  if [ "${1:-}" = --fix ]; then
    git ls-files -z '*.cpp' '*.hpp' | xargs -0r clang-format-19 -i
  elif ! git ls-files -z '*.cpp' '*.hpp' | xargs -0r clang-format-19 --dry-run -Werror; then
    echo "lint: formatting differs; mend it with: scripts/lint.sh format --fix" >&2
    return 1
  fi
}

includes() {
  tools/check-includes-test
  tools/check-includes
}

guarantees() {
  tools/check-guarantees-test
  tools/check-guarantees
  tools/mutate --check
}

# Only files that the dev preset compiles: tidy needs their command lines.
tidy() {
  local database=build/dev/compile_commands.json files
  if [ ! -e "$database" ]; then
    echo "lint: no $database; configure first: cmake --preset dev" >&2
    return 2
  fi
  if [ $# -gt 0 ]; then
    files=$(printf '%s\n' "$@")
  else
    files=$(comm -12 <(jq -r '.[].file' "$database" | sed "s|^$PWD/||" | sort -u) <(git ls-files '*.cpp' | sort))
  fi
  # Warnings are g++'s business: under -Werror clang's own opinion would stop the run.
  mkdir -p build/dev/tidy
  jq 'map(.command |= gsub(" -Werror"; ""))' "$database" >build/dev/tidy/compile_commands.json
  xargs -r -d '\n' -P "$(nproc)" -n 1 clang-tidy-19 -p build/dev/tidy --quiet <<<"$files" \
    2> >(grep -v 'warnings\? .*generated\|^Suppressed\|^Use -header' >&2)
}

case "${1:-}" in
  format | includes | guarantees | tidy) part=$1; shift; "$part" "$@" ;;
  *) echo "usage: scripts/lint.sh format [--fix] | includes | guarantees | tidy [FILE…]" >&2; exit 2 ;;
esac
