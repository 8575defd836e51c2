// The standard modules as tables: names, types and lengths of crm-api.md 1.7 and 1.8.

#include <array>
#include <span>
#include <vector>

#include "core/pipeline.hpp"
#include "core/schema.hpp"

namespace zohosim {
namespace {

constexpr unsigned k_mandatory = 1;
constexpr unsigned k_read_only = 2;

struct Row {
  const char* api_name;
  const char* label;
  DataType type;
  int length;
  unsigned flags = 0;
  const char* lookup = "";
  SystemField system = SystemField::none;
};

using enum DataType;

constexpr std::array k_common{
    Row{"id", "Record Id", bigint, 20, k_read_only, "", SystemField::id},
    Row{"Owner", "Owner", ownerlookup, 120, 0, "", SystemField::owner},
    Row{"Created_By", "Created By", ownerlookup, 120, k_read_only, "", SystemField::created_by},
    Row{"Modified_By", "Modified By", ownerlookup, 120, k_read_only, "", SystemField::modified_by},
    Row{"Created_Time", "Created Time", datetime, 120, k_read_only, "", SystemField::created_time},
    Row{"Modified_Time", "Modified Time", datetime, 120, k_read_only, "", SystemField::modified_time},
    Row{"Tag", "Tag", text, 2000, 0, "", SystemField::tag},
};

constexpr std::array k_leads{
    Row{"Company", "Company", text, 200},
    Row{"First_Name", "First Name", text, 40},
    Row{"Last_Name", "Last Name", text, 80, k_mandatory},
    Row{"Full_Name", "Full Name", text, 120, k_read_only, "", SystemField::full_name},
    Row{"Designation", "Title", text, 100},
    Row{"Email", "Email", email, 100},
    Row{"Phone", "Phone", phone, 30},
    Row{"Mobile", "Mobile", phone, 30},
    Row{"Website", "Website", website, 255},
    Row{"Lead_Source", "Lead Source", picklist, 120},
    Row{"Lead_Status", "Lead Status", picklist, 120},
    Row{"Industry", "Industry", picklist, 120},
    Row{"No_of_Employees", "No. of Employees", integer, 9},
    Row{"Annual_Revenue", "Annual Revenue", currency, 16},
    Row{"Street", "Street", text, 250},
    Row{"City", "City", text, 100},
    Row{"State", "State", text, 100},
    Row{"Zip_Code", "Zip Code", text, 30},
    Row{"Country", "Country", text, 100},
    Row{"Description", "Description", textarea, 32000},
};

constexpr std::array k_accounts{
    Row{"Account_Name", "Account Name", text, 200, k_mandatory},
    Row{"Account_Number", "Account Number", bigint, 18},
    Row{"Account_Type", "Account Type", picklist, 120},
    Row{"Website", "Website", website, 255},
    Row{"Phone", "Phone", phone, 30},
    Row{"Fax", "Fax", text, 30},
    Row{"Industry", "Industry", picklist, 120},
    Row{"Employees", "Employees", integer, 9},
    Row{"Annual_Revenue", "Annual Revenue", currency, 16},
    Row{"Rating", "Rating", picklist, 120},
    Row{"Parent_Account", "Parent Account", lookup, 120, 0, "Accounts"},
    Row{"Billing_Street", "Billing Street", text, 250},
    Row{"Billing_City", "Billing City", text, 100},
    Row{"Billing_State", "Billing State", text, 100},
    Row{"Billing_Code", "Billing Code", text, 30},
    Row{"Billing_Country", "Billing Country", text, 100},
    Row{"Description", "Description", textarea, 32000},
};

constexpr std::array k_contacts{
    Row{"First_Name", "First Name", text, 40},
    Row{"Last_Name", "Last Name", text, 80, k_mandatory},
    Row{"Full_Name", "Full Name", text, 120, k_read_only, "", SystemField::full_name},
    Row{"Account_Name", "Account Name", lookup, 120, 0, "Accounts"},
    Row{"Email", "Email", email, 100},
    Row{"Secondary_Email", "Secondary Email", email, 100},
    Row{"Email_Opt_Out", "Email Opt Out", boolean, 5},
    Row{"Phone", "Phone", phone, 30},
    Row{"Mobile", "Mobile", phone, 30},
    Row{"Title", "Title", text, 100},
    Row{"Department", "Department", text, 50},
    Row{"Date_of_Birth", "Date of Birth", date, 20},
    Row{"Lead_Source", "Lead Source", picklist, 120},
    Row{"Reporting_To", "Reporting To", lookup, 120, 0, "Contacts"},
    Row{"Mailing_Street", "Mailing Street", text, 250},
    Row{"Mailing_City", "Mailing City", text, 100},
    Row{"Mailing_State", "Mailing State", text, 100},
    Row{"Mailing_Zip", "Mailing Zip", text, 30},
    Row{"Mailing_Country", "Mailing Country", text, 100},
    Row{"Description", "Description", textarea, 32000},
};

constexpr std::array k_deals{
    Row{"Deal_Name", "Deal Name", text, 120, k_mandatory},
    Row{"Stage", "Stage", picklist, 120, k_mandatory},
    Row{"Amount", "Amount", currency, 16},
    Row{"Closing_Date", "Closing Date", date, 20},
    Row{"Account_Name", "Account Name", lookup, 120, 0, "Accounts"},
    Row{"Contact_Name", "Contact Name", lookup, 120, 0, "Contacts"},
    Row{"Type", "Type", picklist, 120},
    Row{"Probability", "Probability (%)", integer, 3},
    Row{"Next_Step", "Next Step", text, 100},
    Row{"Lead_Source", "Lead Source", picklist, 120},
    Row{"Description", "Description", textarea, 32000},
};

constexpr std::array k_products{
    Row{"Product_Name", "Product Name", text, 200, k_mandatory}, Row{"Product_Code", "Product Code", text, 40},
    Row{"Product_Active", "Product Active", boolean, 5},         Row{"Unit_Price", "Unit Price", currency, 16},
    Row{"Description", "Description", textarea, 32000},
};

constexpr std::array k_tasks{
    Row{"Subject", "Subject", text, 300, k_mandatory},
    Row{"Status", "Status", picklist, 120},
    Row{"Priority", "Priority", picklist, 120},
    Row{"Due_Date", "Due Date", date, 20},
    Row{"Who_Id", "Contact Name", lookup, 120, 0, "Contacts"},
    Row{"Description", "Description", textarea, 32000},
};

struct Picks {
  const char* field;
  std::vector<const char*> values;
};

const std::vector<Picks>& standard_picks() {
  static const std::vector<Picks> k_picks{
      Picks{"Lead_Source",
            {"Advertisement", "Cold Call", "Employee Referral", "External Referral", "Online Store", "Partner",
             "Public Relations", "Web Download", "Web Research", "Chat"}},
      Picks{"Lead_Status",
            {"Attempted to Contact", "Contact in Future", "Contacted", "Junk Lead", "Lost Lead", "Not Contacted",
             "Pre-Qualified", "Not Qualified"}},
      Picks{"Industry",
            {"ASP (Application Service Provider)",
             "Data/Telecom OEM",
             "ERP (Enterprise Resource Planning)",
             "Government/Military",
             "Large Enterprise",
             "ManagementISV",
             "MSP (Management Service Provider)",
             "Network Equipment Enterprise",
             "Non-management ISV",
             "Optical Networking",
             "Service Provider",
             "Small/Medium Enterprise",
             "Storage Equipment",
             "Storage Service Provider",
             "Systems Integrator",
             "Wireless Industry",
             "Communications",
             "Consulting",
             "Education",
             "Financial Services",
             "Manufacturing",
             "Real Estate",
             "Technology",
             "ERP"}},
      Picks{"Account_Type",
            {"Analyst", "Competitor", "Customer", "Distributor", "Integrator", "Investor", "Other", "Partner", "Press",
             "Prospect", "Reseller", "Supplier", "Vendor"}},
      Picks{"Rating", {"Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down"}},
      Picks{"Type", {"Existing Business", "New Business"}},
      Picks{"Status", {"Not Started", "Deferred", "In Progress", "Completed", "Waiting for input"}},
      Picks{"Priority", {"High", "Highest", "Low", "Lowest", "Normal"}},
      Picks{"Currency", {"USD", "EUR", "GBP", "INR", "CAD", "AUD", "SEK", "CHF"}}};
  return k_picks;
}

void add_picks(Field& field, IdSequence& ids) {
  if (field.api_name == "Stage") {
    for (const Stage& stage : standard_stages()) field.picks.push_back({ids.next(), std::string(stage.name)});
    return;
  }
  if (field.api_name == "Pipeline") {
    for (const std::string_view name : pipeline_names()) field.picks.push_back({ids.next(), std::string(name)});
    return;
  }
  for (const Picks& row : standard_picks()) {
    if (field.api_name != row.field) continue;
    if (!field.mandatory) field.picks.push_back({ids.next(), "-None-"});
    for (const char* value : row.values) field.picks.push_back({ids.next(), value});
  }
}

void add_row(ModuleSchema& module, const Row& row, IdSequence& ids) {
  Field field;
  field.id = ids.next();
  field.api_name = row.api_name;
  field.label = row.label;
  field.type = row.type;
  field.length = row.length;
  field.mandatory = (row.flags & k_mandatory) != 0;
  field.read_only = (row.flags & k_read_only) != 0;
  field.lookup_module = row.lookup;
  field.system = row.system;
  if (row.type == DataType::picklist) add_picks(field, ids);
  module.add(std::move(field));
}

struct ModuleRow {
  const char* api_name;
  const char* singular;
  const char* name_field;
  const char* duplicate_field;  // none: not offered to upsert
  std::span<const Row> fields;
};

}  // namespace

std::vector<ModuleSchema> standard_modules(const Options& options, IdSequence& ids) {
  const std::array rows{
      ModuleRow{"Leads", "Lead", "Full_Name", "Email", k_leads},
      ModuleRow{"Accounts", "Account", "Account_Name", "Account_Name", k_accounts},
      ModuleRow{"Contacts", "Contact", "Full_Name", "Email", k_contacts},
      ModuleRow{"Deals", "Deal", "Deal_Name", "Deal_Name", k_deals},
      ModuleRow{"Tasks", "Task", "Subject", "", k_tasks},
      ModuleRow{"Products", "Product", "Product_Name", "Product_Name", k_products},
  };
  std::vector<ModuleSchema> out;
  for (const ModuleRow& row : rows) {
    ModuleSchema module;
    module.id = ids.next();
    module.layout_id = ids.next();
    module.api_name = row.api_name;
    module.plural = row.api_name;
    module.singular = row.singular;
    module.name_field = row.name_field;
    module.system_duplicate_field = row.duplicate_field;
    for (const Row& field : k_common) add_row(module, field, ids);
    for (const Row& field : row.fields) add_row(module, field, ids);
    if (module.api_name == "Deals" && options.pipelines) {
      add_row(module, Row{"Pipeline", "Pipeline", picklist, 120, k_mandatory}, ids);
    }
    if (module.api_name == "Deals" && options.multi_currency) {
      add_row(module, Row{"Currency", "Currency", picklist, 120}, ids);
      add_row(module, Row{"Exchange_Rate", "Exchange Rate", decimal, 16}, ids);
    }
    out.push_back(std::move(module));
  }
  return out;
}

}  // namespace zohosim
