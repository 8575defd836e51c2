#include "config/config.hpp"

namespace zs::config {
namespace {

/// A colour of its own for each tag, none that the neighbours on a record could be taken for.
std::vector<Tag> default_tags() {
  const std::vector<std::string> people{"Contacts", "Accounts"};
  const std::vector<std::string> all{"Contacts", "Accounts", "Deals"};
  const std::vector<std::string> contacts{"Contacts"};
  return {
      {"lifecycle", "trial", "lifecycle-trial", "#57B1FD", people},
      {"lifecycle", "active", "lifecycle-active", "#63C57E", people},
      {"lifecycle", "churned", "lifecycle-churned", "#969696", people},
      {"plan", "base", "plan-base", "#B88562", all},
      {"plan", "plus", "plan-plus", "#658BA8", all},
      {"plan", "pro", "plan-pro", "#E7A826", all},
      {"source", "website", "source-website", "#1DB9B4", contacts},
      {"source", "whatsapp", "source-whatsapp", "#A8C026", contacts},
      {"source", "referral", "source-referral", "#FD87BD", contacts},
      {"compliance", "gdpr", "compliance-gdpr", "#879BFC", people},
      {"compliance", "ccpa", "compliance-ccpa", "#F48435", people},
  };
}

}  // namespace

Config defaults() {
  Config config;
  const DataCentre hosts = data_centre(config.zoho.dc).value();
  config.zoho.accounts_url = hosts.accounts;
  config.zoho.api_url = hosts.api;
  config.zoho.desk_url = hosts.desk;
  config.tags = default_tags();
  config.deals.stages = {{"active", "Closed Won"},
                         {"past_due", "Closed Won"},
                         {"paused", "Closed Won"},
                         {"canceled", "Closed Lost"},
                         {"expired", "Closed Lost"}};
  config.contact_fields = {
      {"First_Name", "user.first_name"},
      {"Email", "user.email"},
      {"Phone", "user.phone"},
      {"Title", "user.title"},
      {"Mailing_Country", "user.country"},
      {"Mailing_State", "user.region"},
  };
  config.account_fields = {
      {"Website", "account.website"},         {"Phone", "account.phone"},
      {"Industry", "account.industry"},       {"Employees", "account.employees"},
      {"Billing_Country", "account.country"},
  };
  config.deal_fields = {{"Amount", "subscription.amount"}, {"Currency", "subscription.currency"}};
  return config;
}

}  // namespace zs::config
