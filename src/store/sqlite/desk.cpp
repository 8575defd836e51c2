// Reads and writes of what is kept for Zoho Desk.
#include "store/sqlite/rows.hpp"
#include "store/sqlite/transaction.hpp"

namespace zs::store::sqlite {
namespace {

#define ZS_DESK_TICKET_COLUMNS \
  "key, fingerprint, user_key, correlation, phase, contact_id, created_ms, phase_ms, request, answer"

DeskTicket ticket_of(const Query& row) {
  return {.key = row.string(0),
          .fingerprint = row.string(1),
          .user_key = row.string(2),
          .correlation = row.string(3),
          .phase = static_cast<DeskPhase>(row.integer(4)),
          .contact_id = row.string(5),
          .order = row.string(8),
          .answer = row.string(9),
          .created_ms = row.integer(6),
          .phase_ms = row.integer(7)};
}

}  // namespace

template <class Base>
Result<std::optional<DeskContact>> Reads<Base>::desk_contact(std::string_view user_key) {
  ZS_ASSIGN(auto query,
            db_.query("SELECT user_key, contact_id, crm_contact_id, verified, found_ms FROM desk_contact WHERE "
                      "user_key = ?1"));
  ZS_ASSIGN(const bool found, query.bind(user_key).step());
  if (!found) return std::nullopt;
  return DeskContact{query.string(0), query.string(1), query.string(2), query.integer(3) != 0, query.integer(4)};
}

template <class Base>
Result<std::optional<std::string>> Reads<Base>::desk_contact_user(std::string_view contact_id) {
  ZS_ASSIGN(auto query, db_.query("SELECT user_key FROM desk_contact WHERE contact_id = ?1 LIMIT 1"));
  ZS_ASSIGN(const bool found, query.bind(contact_id).step());
  if (!found) return std::nullopt;
  return query.string(0);
}

template <class Base>
Result<std::optional<DeskTicket>> Reads<Base>::desk_ticket(std::string_view key) {
  ZS_ASSIGN(auto query, db_.query("SELECT " ZS_DESK_TICKET_COLUMNS " FROM desk_ticket WHERE key = ?1"));
  ZS_ASSIGN(const bool found, query.bind(key).step());
  if (!found) return std::nullopt;
  return ticket_of(query);
}

template <class Base>
Result<std::vector<DeskTicket>> Reads<Base>::unfinished_desk_tickets() {
  ZS_ASSIGN(auto query,
            db_.query("SELECT " ZS_DESK_TICKET_COLUMNS " FROM desk_ticket WHERE phase < 3 ORDER BY created_ms"));
  std::vector<DeskTicket> tickets;
  for (;;) {
    ZS_ASSIGN(const bool more, query.step());
    if (!more) return tickets;
    tickets.push_back(ticket_of(query));
  }
}

Result<void> Writes::save_desk_contact(const DeskContact& contact) {
  ZS_ASSIGN(auto query,
            db_.query("INSERT INTO desk_contact (user_key, contact_id, crm_contact_id, verified, found_ms) VALUES (?1, "
                      "?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET contact_id = excluded.contact_id, crm_contact_id = "
                      "excluded.crm_contact_id, verified = excluded.verified, found_ms = excluded.found_ms"));
  return query.bind(contact.user_key, contact.contact_id, contact.crm_contact_id, contact.verified, contact.found_ms)
      .run();
}

Result<void> Writes::drop_desk_contact(std::string_view user_key) {
  ZS_ASSIGN(auto query, db_.query("DELETE FROM desk_contact WHERE user_key = ?1"));
  return query.bind(user_key).run();
}

Result<bool> Writes::claim_desk_ticket(const DeskTicket& ticket) {
  ZS_ASSIGN(auto query, db_.query("INSERT INTO desk_ticket (" ZS_DESK_TICKET_COLUMNS
                                  ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING"));
  ZS_TRY(query
             .bind(ticket.key, ticket.fingerprint, ticket.user_key, ticket.correlation, ticket.phase, ticket.contact_id,
                   ticket.created_ms, ticket.phase_ms, ticket.order, ticket.answer)
             .run());
  return db_.changes() == 1;
}

Result<bool> Writes::advance_desk_ticket(const DeskTicket& ticket) {
  ZS_ASSIGN(auto query,
            db_.query("UPDATE desk_ticket SET phase = ?2, contact_id = ?3, phase_ms = ?4, request = ?5, answer = ?6 "
                      "WHERE key = ?1"));
  ZS_TRY(query.bind(ticket.key, ticket.phase, ticket.contact_id, ticket.phase_ms, ticket.order, ticket.answer).run());
  return db_.changes() == 1;
}

Result<void> Writes::drop_desk_ticket(std::string_view key) {
  ZS_ASSIGN(auto query, db_.query("DELETE FROM desk_ticket WHERE key = ?1"));
  return query.bind(key).run();
}

Result<void> Writes::sweep_desk_tickets(std::int64_t before_ms) {
  ZS_ASSIGN(auto query, db_.query("DELETE FROM desk_ticket WHERE phase = 3 AND phase_ms < ?1"));
  return query.bind(before_ms).run();
}

Result<void> Writes::forget_desk(std::string_view user_key) {
  ZS_TRY(drop_desk_contact(user_key));
  ZS_ASSIGN(auto query, db_.query("DELETE FROM desk_ticket WHERE user_key = ?1"));
  return query.bind(user_key).run();
}

#define ZS_DESK_READS(Base)                                                                                \
  template Result<std::optional<DeskContact>> Reads<Base>::desk_contact(std::string_view user_key);        \
  template Result<std::optional<std::string>> Reads<Base>::desk_contact_user(std::string_view contact_id); \
  template Result<std::optional<DeskTicket>> Reads<Base>::desk_ticket(std::string_view key);               \
  template Result<std::vector<DeskTicket>> Reads<Base>::unfinished_desk_tickets();
ZS_DESK_READS(Reader)
ZS_DESK_READS(Transaction)

}  // namespace zs::store::sqlite
