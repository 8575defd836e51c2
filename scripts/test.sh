#!/usr/bin/env bash
# Builds the dev preset and runs every test. Arguments go to ctest, e.g. scripts/test.sh -R Ledger
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh --tests
scripts/build.sh dev
ctest --preset dev --parallel "$(nproc)" "$@"
