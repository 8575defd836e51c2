#!/usr/bin/env bash
# The whole product on one machine: builds, starts Zoho's simulator and the daemon on a throw-away directory, feeds
# it the sample histories over HTTP, waits until the CRM agrees and shows what came of it. Runs until Ctrl-C;
# with CI=true it ends by itself, with 0 only if the CRM holds exactly what it must.
#   ZOHOSYNC_PORT (8080), ZOHOSIM_PORT (8090)   where to listen
#   DEMO_HISTORIES (demo/histories.ndjson)      your own events instead, as CloudEvents, one a line
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

api_port=${ZOHOSYNC_PORT:-8080}
zoho_port=${ZOHOSIM_PORT:-8090}
histories=${DEMO_HISTORIES:-demo/histories.ndjson}
api=http://127.0.0.1:$api_port
zoho=http://127.0.0.1:$zoho_port
bin=build/release/bin
ends_by_itself=
if [ -n "${CI:-}" ] && [ "$CI" != false ]; then ends_by_itself=yes; fi

say() { printf '%s\n' "$*"; }
title() { printf '\n%s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }
# One line that rewrites itself on a terminal, silent elsewhere until its last word.
progress() { if [ -t 1 ]; then printf '\r\033[K  %s' "$*"; fi; }
progress_done() { if [ -t 1 ]; then printf '\r\033[K'; fi; printf '  %s\n' "$*"; }

check_port() {  # PORT VARIABLE WHAT
  if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    fail "port $1, meant for $3, is already in use on this machine. Choose another one: $2=$(($1 + 1000)) make demo"
  fi
}

daemon_pid='' simulator_pid='' directory=''
# shellcheck disable=SC2317  # the trap calls it
clean_up() {
  local pid
  for pid in $daemon_pid $simulator_pid; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  if [ -n "$directory" ]; then rm -rf "$directory"; fi
}

await() {  # URL PID LOG WHAT: until it answers, as long as the process lives
  local tries=0
  until curl -fsS -o /dev/null "$1" 2>/dev/null; do
    if ! kill -0 "$2" 2>/dev/null; then
      tail -n 20 "$3" >&2
      fail "$4 ended while starting; its last words are above"
    fi
    tries=$((tries + 1))
    if [ "$tries" -ge 150 ]; then
      tail -n 20 "$3" >&2
      fail "$4 did not answer at $1 within 15 s; its last words are above"
    fi
    sleep 0.1
  done
}

get() { curl -fsS -H 'Authorization: Bearer demo-key' "$api$1"; }

start_simulator() {
  "$bin/zohosim" --listen "127.0.0.1:$zoho_port" >"$directory/zohosim.log" 2>&1 &
  simulator_pid=$!
  await "$zoho/control/state" "$simulator_pid" "$directory/zohosim.log" zohosim
}

start_daemon() {
  export ZOHOSYNC_CONFIG="$directory/zohosync.toml" ZOHOSYNC_API_KEY=demo-key
  export ZOHO_CLIENT_ID=1000.SIM ZOHO_CLIENT_SECRET=sim-secret ZOHO_REFRESH_TOKEN=1000.sim.refresh
  export ZOHOSYNC_ZOHO_ACCOUNTS_URL=$zoho ZOHOSYNC_ZOHO_API_URL=$zoho ZOHOSYNC_ZOHO_DESK_URL=$zoho
  export ZOHOSYNC_SERVER_LISTEN=127.0.0.1:$api_port ZOHOSYNC_STORE_URL=sqlite:$directory/zohosync.db
  "$bin/zohosync" init --config "$ZOHOSYNC_CONFIG" >"$directory/init.log" || fail "zohosync init failed: $(cat "$directory/init.log")"
  say "  zohosync setup --apply: unique id fields and coloured tags in the empty CRM"
  "$bin/zohosync" setup --apply --config "$ZOHOSYNC_CONFIG" >"$directory/setup.log" 2>&1 || {
    cat "$directory/setup.log" >&2
    fail "zohosync setup --apply failed; its words are above"
  }
  "$bin/zohosync" serve --config "$ZOHOSYNC_CONFIG" >"$directory/zohosync.log" 2>&1 &
  daemon_pid=$!
  await "$api/readyz" "$daemon_pid" "$directory/zohosync.log" zohosync
}

post_histories() {
  local total sent=0 accepted=0 duplicates=0 batch answer
  total=$(grep -c . "$histories")
  mkdir "$directory/batches"
  split -l 200 -a 5 "$histories" "$directory/batches/"
  for batch in "$directory"/batches/*; do
    answer=$(curl -sS --fail-with-body -H 'Authorization: Bearer demo-key' -H 'Content-Type: application/x-ndjson' \
      --data-binary "@$batch" "$api/v1/events") || fail "POST /v1/events was refused: $answer"
    if [ "$(jq '.rejected | length' <<<"$answer")" -ne 0 ]; then
      fail "some events were rejected: $(jq -c '.rejected[:3]' <<<"$answer")"
    fi
    sent=$((sent + $(grep -c . "$batch")))
    accepted=$((accepted + $(jq .accepted <<<"$answer")))
    duplicates=$((duplicates + $(jq .duplicates <<<"$answer")))
    progress "$sent of $total events posted"
  done
  progress_done "$sent events posted: $accepted accepted and on disk, $duplicates repetitions recognized"
}

await_sync() {
  local status left last='' unchanged=0
  while true; do
    status=$(get /v1/status) || {
      tail -n 20 "$directory/zohosync.log" >&2
      fail 'zohosync stopped answering; its last words are above'
    }
    left=$(jq .backlog.entities <<<"$status")
    if [ "$left" -eq 0 ]; then break; fi
    progress "$(jq -r '"\(.backlog.entities) records to go, \(.zoho.calls) calls to Zoho, state \(.zoho.state)"' <<<"$status")"
    if [ "$left" = "$last" ]; then unchanged=$((unchanged + 1)); else unchanged=0; fi
    last=$left
    if [ "$unchanged" -ge 300 ]; then
      tail -n 20 "$directory/zohosync.log" >&2
      fail "no progress for 60 s with $left records to go: $(jq -c .zoho <<<"$status")"
    fi
    sleep 0.2
  done
  progress_done "$(jq -r '"in step: \(.zoho.calls) calls and \(.zoho.credits_used_24h) credits, \(.held) held"' <<<"$status")"
}

# "what module tag crm expected" lines: records first, then every tag of the taxonomy.
compare() {  # STATE EXPECTED
  jq -rn --argjson state "$1" --argjson expected "$2" '
    ($expected.records | to_entries[] | [.key, "records", ($state.modules[.key].records // 0), .value]),
    ($expected.tags | to_entries[] | .key as $of | .value | to_entries[]
      | [$of, .key, ($state.modules[$of].tags[.key] // 0), .value])
    | @tsv'
}

show_result() {  # sets `matches`
  local state expected held twins lines module what crm wanted mark
  state=$(curl -fsS "$zoho/control/state")
  expected=$(perl demo/expect.pl "$histories")
  held=$(get /v1/status | jq .held)
  twins=$(jq '[.twins | .. | numbers] | add // 0' <<<"$state")
  lines=$(compare "$state" "$expected")
  matches=yes
  title 'What the CRM holds, beside what an independent count of the events says it must'
  printf '  %-10s %-20s %8s %8s\n' module '' CRM events
  while IFS=$'\t' read -r module what crm wanted; do
    mark=
    if [ "$crm" != "$wanted" ]; then mark='  <- differs' matches=no; fi
    printf '  %-10s %-20s %8s %8s%s\n' "$module" "$what" "$crm" "$wanted" "$mark"
  done <<<"$lines"
  say "  held for a person: $held; records made twice: $twins"
  if [ "$held" -ne 0 ] || [ "$twins" -ne 0 ]; then matches=no; fi
}

show_customers() {
  local user busiest
  title 'Five of them, as a support tool would look them up (GET /v1/mappings/users/ID)'
  while read -r user; do
    get "/v1/mappings/users/$user" | jq -r '"  \(.user_id)  contact \(.contact_id)  account \(.account_id)  deals \([.subscriptions[].deal_id // empty] | length)"'
  done < <(jq -r 'select(.type == "user.signed_up") | .data.user.id' "$histories" | sort -u | awk 'NR % 60 == 7' | head -n 5)
  busiest=$(jq -rs 'map(.data.subscription.user_id // empty) | group_by(.) | max_by(length) | .[0]' "$histories")
  title "One customer's story (zohosync customer $busiest)"
  "$bin/zohosync" customer "$busiest" --config "$ZOHOSYNC_CONFIG" | sed 's/^/  /'
}

show_next() {
  title 'Try it yourself while this runs'
  say "  CRM (simulated)   $zoho/"
  say "  API               $api    with Authorization: Bearer demo-key"
  say "  a new customer:"
  cat <<TEXT
    curl -H 'Authorization: Bearer demo-key' -H 'Content-Type: application/cloudevents+json' $api/v1/events -d '{
      "specversion": "1.0", "id": "my-first-event", "source": "/me", "type": "user.signed_up",
      "data": {"user": {"id": "usr_me", "email": "me@example.com", "first_name": "Me", "country": "SE", "source": "referral"}}}'
    curl -H 'Authorization: Bearer demo-key' '$api/v1/mappings/users/usr_me?wait=5'
TEXT
}

[ -r "$histories" ] || fail "cannot read $histories"
check_port "$zoho_port" ZOHOSIM_PORT "Zoho's simulator"
check_port "$api_port" ZOHOSYNC_PORT zohosync
title 'Building (some minutes the first time)'
scripts/build.sh release zohosync zohosim

directory=$(mktemp -d "${TMPDIR:-/tmp}/zohosync-demo.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
matches=no

title "Starting zohosim on port $zoho_port and zohosync on port $api_port"
start_simulator
start_daemon
title 'Posting a year of customer events, 200 a request'
post_histories
await_sync
show_result
show_customers

if [ "$matches" = yes ]; then
  title 'Everything matches.'
else
  title 'The CRM does not hold what it must; see the lines marked above.'
fi
if [ -n "$ends_by_itself" ]; then
  if [ "$matches" = yes ]; then exit 0; else exit 1; fi
fi
show_next
title 'Running until Ctrl-C.'
trap 'say; say "demo: stopping, its data is removed"; exit 0' INT TERM
wait -n "$daemon_pid" "$simulator_pid" || true
tail -n 20 "$directory/zohosync.log" "$directory/zohosim.log" >&2
fail 'one of the programs ended by itself; their last words are above'
