#!/usr/bin/env bash
# Installs the peer's pinned packages, once per package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
cmp -s package-lock.json node_modules/.installed && exit 0
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.installed
