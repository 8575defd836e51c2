#include "event/event.hpp"

namespace zs::event {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::user:
      return "user";
    case Kind::account:
      return "account";
    case Kind::subscription:
      return "subscription";
  }
  return "?";
}

}  // namespace zs::event
