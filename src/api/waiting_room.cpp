#include "api/waiting_room.hpp"

#include <iterator>
#include <utility>

namespace zs::api {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

void WaitingRoom::wait(net::Server* server, milliseconds longest, Look look) {
  const std::uint64_t seen = moves_;
  if (look(server == nullptr || longest <= milliseconds{0})) return;
  auto guest = std::make_shared<Guest>();
  guest->look = std::move(look);
  server->after(longest, [this, guest] {
    guest->is_over = true;
    std::unique_lock lock(mutex_);
    call_round(lock);
  });
  std::unique_lock lock(mutex_);
  server_ = server;
  guests_.push_back(std::move(guest));
  // What moved between the look and now has called no round for this one.
  if (moves_ != seen) call_round(lock);
}

void WaitingRoom::moved() {
  ++moves_;
  std::unique_lock lock(mutex_);
  if (!guests_.empty() || round_ == Round::running) call_round(lock);
}

void WaitingRoom::call_round(std::unique_lock<std::mutex>& lock) {
  if (round_ == Round::running) round_ = Round::again;
  if (round_ != Round::none || server_ == nullptr) return;
  round_ = Round::due;
  const auto rest = std::chrono::ceil<milliseconds>(rested_ - SteadyClock::now());
  net::Server* const server = server_;
  lock.unlock();
  server->after(std::max(rest, milliseconds{0}), [this] { look_at_all(); });
}

void WaitingRoom::look_at_all() {
  std::vector<std::shared_ptr<Guest>> guests;
  {
    const std::lock_guard lock(mutex_);
    guests.swap(guests_);
    round_ = Round::running;
  }
  const auto began = SteadyClock::now();
  std::erase_if(guests, [](const auto& guest) { return guest->look(guest->is_over); });
  const auto took = SteadyClock::now() - began;
  std::unique_lock lock(mutex_);
  guests_.insert(guests_.end(), std::make_move_iterator(guests.begin()), std::make_move_iterator(guests.end()));
  rested_ = SteadyClock::now() + 2 * took;
  if (std::exchange(round_, Round::none) == Round::again) call_round(lock);
}

}  // namespace zs::api
