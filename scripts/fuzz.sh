#!/usr/bin/env bash
# The fuzz target of the Makefile. Parsers are covered by property tests until there are fuzzers.
set -euo pipefail
echo "fuzz: this version has no fuzzers. Nothing was fuzzed; the property tests on random input run in 'make test'."
