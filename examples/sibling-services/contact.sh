#!/usr/bin/env bash
# Prints the CRM Contact of a platform user, as JSON: the id from zohosync's map, the record from Zoho, with the access
# token that zohosync lends. Needs curl and jq.
#   contact.sh USER
#   ZOHOSYNC_SOCKET   path of the daemon's Unix socket ([server] socket, socket_scopes = ["token", "read"]), or
#   ZOHOSYNC_URL      its address (http://127.0.0.1:8080 by default) and
#   ZOHOSYNC_API_KEY  a key with the scopes token and read
set -euo pipefail

user=${1:?usage: contact.sh USER}

# To the daemon. Errors are problem documents, whose `detail` says the mend.
zohosync() {
  local where=("${ZOHOSYNC_URL:-http://127.0.0.1:8080}$1") answer status
  if [ -n "${ZOHOSYNC_SOCKET:-}" ]; then where=(--unix-socket "$ZOHOSYNC_SOCKET" "http://localhost$1"); fi
  # The key goes in by a file descriptor: arguments can be seen by every user of the machine.
  answer=$(curl -sS --max-time 30 -w '\n%{http_code}' "${where[@]}" \
    -H @<(printf 'Authorization: Bearer %s' "${ZOHOSYNC_API_KEY:-}"))
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if [ "$status" != 200 ]; then
    echo "zohosync: $(jq -r '.detail // .title // "HTTP '"$status"'"' <<<"$answer" 2>/dev/null || echo "HTTP $status")" >&2
    return 1
  fi
  printf '%s' "$answer"
}

contact=$(zohosync "/v1/mappings/users/$(jq -rn --arg id "$user" '$id | @uri')" | jq -r '.contact_id // empty')
if [ -z "$contact" ]; then
  echo "contact.sh: $user has no Contact yet" >&2
  exit 1
fi

# Asked for when it is needed and not kept: the daemon has it ready and renews it in time. With the scope that the work
# needs, so that a lacking one is named here.
lent=$(zohosync '/v1/token?scope=ZohoCRM.modules.contacts.READ')
curl -sS --fail-with-body --max-time 30 -H @<(jq -r '"Authorization: Zoho-oauthtoken \(.access_token)"' <<<"$lent") \
  "$(jq -r .api_domain <<<"$lent")/crm/v8/Contacts/$contact?fields=Last_Name,Email,Tag" | jq '.data[0]'
