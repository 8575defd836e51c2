#!/bin/sh
# Runs a command against a fresh zohosim that now and then loses an answer or refuses a call, then asks whether
# anybody is in the CRM twice and whether a limit was hit. Copy it into a project and change it to taste.
#   SEED=7 sim/ci.sh npm test
set -eu
program=${ZOHOSIM:-zohosim}
log=$(mktemp)
"$program" --listen 127.0.0.1:0 --ready --search-lag-ms 0 --seed "${SEED:-1}" >"$log" &
sim=$!
trap 'kill $sim 2>/dev/null; rm -f "$log"' EXIT
until grep -q listens "$log"; do
  kill -0 $sim || exit 1
  sleep 0.1
done
base=$(sed -n 's|.*\(http://[^/]*\)/.*|\1|p' "$log")

export ZOHO_ACCOUNTS_URL="$base" ZOHO_API_URL="$base"
export ZOHO_CLIENT_ID=1000.SIM ZOHO_CLIENT_SECRET=sim-secret ZOHO_REFRESH_TOKEN=1000.sim.refresh

# One insert in ten is applied, and its answer lost; one call in twenty is refused.
curl -sf "$base/control/faults" -d '{"faults": [
  {"on": "insert", "effect": "reset_after", "probability": 0.1},
  {"on": "any", "effect": "status", "status": 503, "probability": 0.05}]}' >/dev/null
verdict=0
"$@" || verdict=$?

curl -sf "$base/control/state" | jq -e '
  (.twins | add) == 0 and .counters.refused_for_concurrency == 0
  and .counters.refused_for_sub_concurrency == 0 and .counters.refused_mints == 0' >/dev/null || {
  echo "ci: twins, or a limit that was hit:" >&2
  curl -sf "$base/control/state" | jq '{twins, counters}' >&2
  verdict=1
}
# On a failure the org is kept to look at: zohosim --org org.json
[ $verdict -eq 0 ] || curl -sf "$base/control/snapshot" >"${KEEP:-org.json}"
exit $verdict
