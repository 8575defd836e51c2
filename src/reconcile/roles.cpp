// Contact roles of Deals: no list shows them, so each Deal that is right by its fields is asked for its own, a credit
// each.
#include <utility>

#include "reconcile/reconciler.hpp"
#include "zoho/roles.hpp"

namespace zs::reconcile {

/// True when there is something to ask: the rest of the page waits for it.
bool Reconciler::read_roles() {
  if (role_deals_.empty()) return false;
  since_ms_ = now_ms();
  zoho::Call call;
  call.module = plan::Module::deals;
  call.verb = zoho::Verb::read_roles;
  zoho::Item deal;
  deal.zoho_id = role_deals_.back().zoho_id;
  call.items.push_back(std::move(deal));
  ask(std::move(call), &Reconciler::roles_came);
  return true;
}

void Reconciler::roles_came(const zoho::Answer& answer) {
  const Suspect deal = std::move(role_deals_.back());
  role_deals_.pop_back();
  const plan::Fields read = zoho::roles_in(answer.records, engine_.org()->schema);
  auto judgement = judge_roles(*reader_, deal.entity, read, since_ms_, rules());
  if (!judgement) return give_up(judgement.error().text);
  std::vector<Judgement> to_mend;
  if (judgement->standing == Standing::drifted) {
    --progress_.compared;  // as right, by its fields
    take(std::move(*judgement), to_mend);
  }
  if (const auto mended = mend_all(to_mend); !mended) return give_up(mended.error().text);
  next(&Reconciler::judge_some);
}

}  // namespace zs::reconcile
