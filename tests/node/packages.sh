#!/usr/bin/env bash
# Installs the pinned packages of these tests, once per package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for program in node npm; do
  command -v "$program" >/dev/null || { echo "no $program here: run scripts/setup.sh" >&2; exit 1; }
done
cmp -s package-lock.json node_modules/.installed && exit 0
# No install scripts: playwright-core would not need one, and nothing here may fetch a browser.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.installed
