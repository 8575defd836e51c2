#include "cli/zoho_reads.hpp"

#include "zoho/metadata.hpp"
#include "zoho/wire.hpp"

namespace zs::cli {

Result<zoho::Answer> ZohoReads::ask(const zoho::Call& call) {
  const zoho::WireRequest request = zoho::to_request(call, mapping_);
  ZS_ASSIGN(const setup::Reply reply, calls_.call(request.method, request.path, request.body));
  zoho::Answer answer = zoho::from_answer(call, {reply.status, "application/json", reply.body});
  if (answer.outcome != zoho::Answer::Outcome::answered)
    return fail(Errc::unavailable, "Zoho's answer to a look-up cannot be used: " + answer.code + " " + answer.message);
  return answer;
}

Result<zoho::Org> ZohoReads::describe() {
  zoho::Org org;
  for (const plan::Module module : plan::k_modules) {
    ZS_ASSIGN(const setup::Reply reply,
              calls_.call("GET", "/crm/v8/settings/fields?module=" + std::string(plan::name_of(module)), ""));
    ZS_ASSIGN(const std::vector<zoho::FieldMetadata> fields, zoho::read_fields(reply.body));
    zoho::take_fields(org, module, fields, pipeline_);
  }
  ZS_ASSIGN(const setup::Reply reply, calls_.call("GET", "/crm/v8/org", ""));
  ZS_ASSIGN(const zoho::OrgMetadata about, zoho::read_org(reply.body));
  zoho::take_org(org, about);
  // Without the right to read the prices the dearer ones are reckoned with, as the daemon does.
  if (const auto prices = calls_.call("GET", "/crm/v8/__apis", "")) {
    if (const auto read = zoho::read_prices(prices->body)) org.prices = *read;
  }
  if (mapping_.roles.enabled) {
    ZS_ASSIGN(const setup::Reply roles, calls_.call("GET", "/crm/v8/Contacts/roles", ""));
    ZS_ASSIGN(org.schema.roles, zoho::read_contact_roles(roles.body));
  }
  return org;
}

}  // namespace zs::cli
