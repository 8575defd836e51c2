#!/usr/bin/env bash
# Installs what the build and the tests need, on Debian 12. Every other entry (make demo, make test,
# CI) goes through this file, so a fresh machine needs nothing else. Quiet and quick when all is there.
#   scripts/setup.sh          what building and running needs
#   scripts/setup.sh --lint   also clang-format-19 and clang-tidy-19, which CI runs
#   scripts/setup.sh --fuzz   also clang-19 with libFuzzer
#   scripts/setup.sh --bench  also valgrind, and redis and a node for the peer that the benchmarks measure
#   scripts/setup.sh --tests  also a node and a browser, which drive zohosim in the tests
set -euo pipefail

packages=(
  ca-certificates ccache cmake curl g++ git jq make ninja-build perl pkg-config
  libboost1.81-dev libcurl4-openssl-dev libsimdjson-dev libsqlite3-dev sqlite3 libssl-dev
  libtomlplusplus-dev libcli11-dev libfmt-dev libspdlog-dev prometheus-cpp-dev
  libgtest-dev libgmock-dev librapidcheck-dev
)
for argument in "$@"; do
  case "$argument" in
    --lint) packages+=(clang-format-19 clang-tidy-19 clang-19) ;;
    --fuzz) packages+=(clang-19 libclang-rt-19-dev) ;;
    --bench)
      packages+=(valgrind redis-server)
      command -v node >/dev/null || packages+=(nodejs)
      command -v npm >/dev/null || packages+=(npm)
      ;;
    --tests)
      packages+=(chromium)
      # Any node will do, whoever installed it; Debian's when there is none.
      command -v node >/dev/null || packages+=(nodejs)
      command -v npm >/dev/null || packages+=(npm)
      ;;
    *) echo "setup: unknown argument '$argument' (known: --bench, --lint, --fuzz, --tests)" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: this machine has no apt-get. zohosync builds on Debian 12; install by hand: ${missing[*]}" >&2
  exit 3
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: these packages are missing and need root to install (no sudo here): ${missing[*]}" >&2
    echo "setup: as root: apt-get update && apt-get install -y ${missing[*]}" >&2
    exit 3
  fi
  as_root=(sudo)
fi

echo "setup: installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get failed. Without a network, install these beforehand: ${missing[*]}" >&2
  # shellcheck source=/dev/null
  release=$(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-unknown} ${VERSION_ID:-}") || release=unknown
  case "$release" in
    Debian*" 12") ;;
    *) echo "setup: this is $release; zohosync builds on Debian 12 (a container 'debian:12' will do)." >&2 ;;
  esac
  exit 3
fi
