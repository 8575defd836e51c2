// Signed senders. A signature counts only if it is the HMAC that OpenSSL makes of the same bytes, and no changed byte
// passes; what such a sender posts becomes an event with the identity of its message or is refused in words.
// An input: lines with the secret, the id, the timestamp and the signatures; then the body.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/text.hpp"
#include "demand.hpp"
#include "ingest/accept.hpp"
#include "ingest/webhook.hpp"

namespace zs::fuzz {
namespace {

using ingest::Signature;

const Time k_now{std::chrono::seconds{1'614'265'330}};

std::string to_base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string sign(std::string_view key, std::string_view id, std::string_view timestamp, std::string_view body) {
  const std::string content = std::string(id) + "." + std::string(timestamp) + "." + std::string(body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(content.data()),
       content.size(), digest, &size);
  return "v1," + to_base64({reinterpret_cast<const char*>(digest), size});
}

void check_message(std::string_view id, std::string_view body) {
  const auto event = ingest::as_cloudevent("sender", id, body);
  if (!event) return;
  event::Parser parser;
  const auto taken =
      ingest::accept(parser, "application/json", event->headers, event->data, k_now, store::Lane::live, {1});
  demand(taken.status == 0, "a webhook's payload is judged as an event", taken.problem);
  demand(taken.events.size() + taken.rejected.size() == 1, "one message is one event");
  for (const auto& one : taken.rejected) demand(!one.error.empty(), "a refused message says why");
  for (const auto& one : taken.events) {
    demand(one.source == "webhook/sender", "the source is the sender", one.source);
    demand(one.id == id, "the identity is the message's", one.id);
  }
}

}  // namespace

void run(std::string_view input) {
  const std::string_view secret = take_line(input), id = take_line(input), timestamp = take_line(input),
                         signatures = take_line(input);
  const std::string key = "secret " + std::string(secret);
  const std::vector<std::string> secrets{std::string(secret), "whsec_" + to_base64(key)};

  // Signatures that an attacker may dream up: our key is not among what the input can know.
  const ingest::SignedHeaders guessed{id, timestamp, signatures};
  const Signature verdict = ingest::check_signature(guessed, input, {secrets[1]}, k_now);
  if (verdict != Signature::bad) {
    const std::string right = sign(key, id, timestamp, input);
    demand(std::ranges::any_of(split(signatures, ' '),
                               [&](std::string_view item) {
                                 return item.starts_with(right.substr(0, right.size() - 1)) || item == right;
                               }),
           "only the true signature is accepted", signatures);
  }
  static_cast<void>(ingest::check_signature(guessed, input, secrets, k_now));

  // The true signature, and one byte off anywhere.
  const std::string stamp = std::to_string(to_millis(k_now) / 1000);
  const std::string good = sign(key, id, stamp, input);
  const ingest::SignedHeaders signed_headers{id, stamp, good};
  const Signature accepted = ingest::check_signature(signed_headers, input, secrets, k_now);
  demand(accepted == (id.empty() ? Signature::bad : Signature::good), "the true signature is accepted");
  demand(id.empty() || ingest::check_signature(signed_headers, input, secrets, k_now + std::chrono::seconds{301}) ==
                           Signature::out_of_window,
         "an old message is out of the window");
  std::string body{input};
  if (!body.empty()) {
    body[secret.size() % body.size()] ^= 1;
    demand(ingest::check_signature(signed_headers, body, secrets, k_now) == Signature::bad,
           "a changed body is refused");
  }
  const std::string other_id = std::string(id) + "x";
  demand(ingest::check_signature({other_id, stamp, good}, input, secrets, k_now) == Signature::bad,
         "another message's signature is refused");
  std::string other = good;
  other[3 + timestamp.size() % 42] ^= 4;
  demand(ingest::check_signature({id, stamp, other}, input, secrets, k_now) == Signature::bad,
         "a changed signature is refused", other);
  check_message(id, input);
}

}  // namespace zs::fuzz
