#include "config/config.hpp"

namespace zs::config {
namespace {

// `# ` begins prose; `#` with a key right behind it is a setting as it is by default, or an example.
// A test takes these marks away and reads the result.
constexpr std::string_view k_before_key =
    R"(# The configuration of zohosync. Everything left out, and everything behind a #, is as by default.
# Any setting may come from the environment too, which wins: [server] listen is ZOHOSYNC_SERVER_LISTEN.
# Paths are relative to the working directory. Check what you wrote with: zohosync config check

[server]
# Anything but loopback wants an API key below, and TLS unless insecure_http says that a proxy does it.
listen = "127.0.0.1:8080"
#tls_cert = "/etc/zohosync/tls.crt"
#tls_key = "/etc/zohosync/tls.key"
#insecure_http = false
# A Unix socket beside it, for sibling services on this machine: whoever may open its file may do, without a key, what
# socket_scopes says. Owner and group only.
#socket = "/run/zohosync/zohosync.sock"
#socket_mode = "0660"
#socket_scopes = ["token"]
#threads = 1
#max_body_bytes = 1048576
#max_events_per_request = 1000
# Events that may wait for Zoho; beyond it senders are told to come back later.
#max_backlog = 10000000

[store]
url = "sqlite:zohosync.db"

[zoho]
# Where your org lives: us eu in au jp cn ca sa uk ae. It sets the three hosts below.
dc = "us"
#accounts_url = "https://accounts.zoho.com"
#api_url = "https://www.zohoapis.com"
#desk_url = "https://desk.zoho.com"

# Credentials never stand in this file. Give ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET and ZOHO_REFRESH_TOKEN in the
# environment, or name files of mode 0600. The README says how to get them.
#client_id_file = "/etc/zohosync/client_id"
#client_secret_file = "/etc/zohosync/client_secret"
#refresh_token_file = "/etc/zohosync/refresh_token"

# The edition sets the limits: free, standard, professional, enterprise, ultimate. Asked of Zoho when absent.
#edition = "enterprise"
# Caps below the edition's; 0 is the edition's own.
#concurrency = 0
#daily_credits = 0
# Share of the day's credits that a backfill leaves to live traffic.
#live_reserve = 0.2
# How long a part-filled batch waits for company, in milliseconds: while credits are ample, and when they get tight.
# Zoho bills by ten records a call: waiting saves credits.
#linger_ms = 25
#linger_max_ms = 500
#timeout_ms = 30000
# Which of the org's automation our writes may fire: workflow, approval, blueprint, pathfinder, orchestration.
# A backfill fires none.
#trigger = ["workflow"]
# OAuth scopes beside those of the sync, for the sibling services that borrow the access token: `zohosync auth` asks for
# them, `zohosync doctor` misses them.
#extra_scopes = ["Desk.tickets.READ"]

# Who may call us. Scopes: ingest posts events, read looks, token borrows access tokens, admin may everything.
# Another key: KEY=$(openssl rand -hex 32); printf %s "$KEY" | sha256sum
[[auth.keys]]
name = "first"
sha256 = ")";

constexpr std::string_view k_after_key = R"toml("
scopes = ["ingest", "read", "admin"]

# Senders that sign what they send; the secrets are lines of a file of mode 0600, several during a rotation,
# or the words of ZOHOSYNC_WEBHOOK_PLATFORM_SECRETS.
#[[auth.webhooks]]
#name = "platform"
#scheme = "standard"  # or "stripe"
#secrets_file = "/etc/zohosync/platform_webhook"

# The names of the unique custom fields that tie Zoho's records to the platform's ids. `zohosync setup` makes them.
[external_ids]
#contact = "Platform_User_ID"
#account = "Platform_Account_ID"
#deal = "Platform_Subscription_ID"

# Which stage a subscription's status gives its Deal. A trial makes no Deal.
[deals]
#pipeline = "Standard (Standard)"  # only where the org has several
[deals.stages]
active = "Closed Won"
past_due = "Closed Won"
paused = "Closed Won"
canceled = "Closed Lost"
expired = "Closed Lost"

# Contact roles beside each Deal, by the names that the org gives them. Roles that people set stay. They cost a credit for
# a new Deal and two for each later change.
[deals.roles]
#enabled = true
#primary = "Decision Maker"  # of the subscription's user
#others = "Purchasing"       # of the account's other users; without it they get none
#max_others = 20

# Plain copies: Zoho's field = the event's field. Added to the defaults shown, or instead of one; false takes one away.
# Policies: platform (default) writes every change, if-empty only into an empty field, create-only when the record
# is made, never not at all. Custom fields: Seats = "account.attributes.seats"
[fields.contact]
#First_Name = "user.first_name"
#Email = "user.email"
#Phone = { from = "user.phone", policy = "platform" }
#Title = "user.title"
#Mailing_Country = "user.country"
#Mailing_State = "user.region"
[fields.account]
#Website = "account.website"
#Phone = "account.phone"
#Industry = "account.industry"
#Employees = "account.employees"
#Billing_Country = "account.country"
[fields.deal]
#Amount = "subscription.amount"
#Currency = "subscription.currency"

# The tags. Each may be renamed (at most 25 characters, no < > or comma), get another colour of Zoho's palette,
# be kept to some of its modules, or be switched off.
# Colours: #F17574 #F48435 #E7A826 #A8C026 #63C57E #1DB9B4 #57B1FD #879BFC #D297EE #FD87BD #969696 #658BA8 #B88562
)toml";

constexpr std::string_view k_after_tags = R"(
# Copies an exclusive group of tags into a picklist field too, because Zoho's workflow rules cannot wait for a tag.
[tags.mirror]
#lifecycle = "Lifecycle_Stage"
#plan = "Plan_Tier"
#source = "Signup_Source"

# Tickets in Zoho Desk for platform users. The refresh token needs Desk's scopes too: Desk.tickets.CREATE,
# Desk.tickets.READ, Desk.contacts.CREATE, Desk.contacts.READ, Desk.search.READ, Desk.basic.READ. See docs/desk.md.
[desk]
#enabled = false
#org_id = "4241905"                  # where the credentials see several portals
#department_id = "1892000000006907"  # of tickets that name none; `zohosync desk departments` lists them
#correlation_field = "cf_correlation_id"  # a text field of tickets, which you make in Desk
#crm_contact_field = "cf_crm_contact_id"  # a text field of Desk's contacts, where there is one
#platform_user_field = "cf_platform_user_id"
#on_unsynced = "wait"      # a user that is not in the CRM yet; or "refuse"
#wait_seconds = 10
#contact_sync_seconds = 0  # what Zoho's CRM integration may take to bring a fresh contact to Desk
#index_lag_seconds = 180   # how long Desk's search may miss what was just made
#keep_hours = 24           # answers, by Idempotency-Key
# Passed into every ticket: its field = plan, lifecycle, user_id, contact_id, account_id, account_key, user.…, account.…
[desk.fields]
#cf_plan = "plan"
#cf_lifecycle = "lifecycle"
[desk.priority]
#base = "Low"
#plus = "Medium"
#pro = "High"

# Who is told of every change of the id map, signed by Standard Webhooks. See docs/changes.md.
#[[webhooks]]
#name = "crm-copy"
#url = "https://crm-copy.example.com/hooks/zohosync"
#secrets_file = "/etc/zohosync/crm-copy.secrets"  # one a line, made with: echo whsec_$(openssl rand -base64 32)
#changes = ["linked", "relinked", "merged", "unlinked", "erased"]
#timeout_seconds = 20
[mappings]
#keep_changes_days = 90  # how long these changes are kept

[users]
# What user.deleted does to the Contact: keep it, tagged as churned; or erase the person everywhere, for good.
#on_delete = "keep"

[people]
# A record that a person deleted in Zoho: hold (recreated only when somebody retries it), recreate, leave.
#on_deleted = "hold"
# One that a person merged into another: follow to the survivor.
#on_merged = "follow"
# How often Zoho is asked what people deleted or merged (2 credits a module each time); 0: never, it is then learned at
# the customer's next change.
#check_deleted_minutes = 60

# Compares all of Zoho with what it should hold, now and then; a credit for each 200 records. 0: only on `zohosync
# reconcile`. repair writes what differs; else it is only counted and shown.
[reconcile]
#every_hours = 0
#repair = false

[log]
#level = "info"  # debug, info, warn, error
)";

void append_tag(std::string& out, const Tag& tag) {
  out += "[tags." + tag.axis + '.' + tag.value + "]\n";
  out += "#name = \"" + tag.name + "\"\n#colour = \"" + tag.colour + "\"\n#modules = [";
  for (std::size_t index = 0; index < tag.modules.size(); ++index) {
    out += (index == 0 ? "\"" : ", \"") + tag.modules[index] + '"';
  }
  out += "]\n#enabled = true\n";
}

}  // namespace

std::string commented_template(std::string_view key_sha256) {
  std::string out(k_before_key);
  out += key_sha256;
  out += k_after_key;
  for (const Tag& tag : defaults().tags) append_tag(out, tag);
  out += k_after_tags;
  return out;
}

}  // namespace zs::config
