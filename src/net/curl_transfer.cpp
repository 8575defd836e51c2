#include "net/curl_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"

namespace zs::net {
namespace {

// A server closes idle connections at a time we do not know, and a request that meets the closing is an
// unknown outcome; a connection that has rested this long is not worth that risk.
constexpr long k_reusable_idle_seconds = 30;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeUrl> owned(text);
  return text;
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_loopback(std::string_view host) { return host == "localhost" || host == "[::1]" || host.starts_with("127."); }

}  // namespace

Result<> CurlTransfer::locate() {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, request_.url.c_str(), 0) != CURLUE_OK) {
    return fail(Errc::invalid, "the URL cannot be read");
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return fail(Errc::invalid, "the URL is neither http nor https");
  const std::string host = part_of(url.get(), CURLUPART_HOST);
  loopback_ = is_loopback(host);
  origin_ = fmt::format("{}://{}:{}", scheme, host, part_of(url.get(), CURLUPART_PORT));
  return {};
}

Result<> CurlTransfer::prepare(const CurlOptions& options, Clock::time_point now) {
  easy_.reset(curl_easy_init());
  if (!easy_) return fail(Errc::unavailable, "no handle for an HTTP transfer");
  CURL* easy = easy_.get();
  ZS_TRY(add_headers());
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble_.data());
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &before_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.unix_socket.empty()) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  set_limits(options, now);
  set_method_and_body();
  return {};
}

void CurlTransfer::set_limits(const CurlOptions& options, Clock::time_point now) {
  CURL* easy = easy_.get();
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - now).count();
  // Zero would mean no limit to curl.
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<milliseconds::rep>(left, 1)));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::max<milliseconds::rep>(request_.connect_timeout.count(), 1)));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);  // HTTP/2 of 7.88 breaks frames
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, k_reusable_idle_seconds);
  // A name that resolves slowly must not hold up the thread when its transfer is given up.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  // The environment's proxy is for the world outside, whatever no_proxy says.
  if (loopback_) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  max_response_bytes_ = options.max_response_bytes;
}

Result<> CurlTransfer::add_headers() {
  // Without these two lines curl would wait a second for a "100 Continue", and call a body a web form.
  std::vector<std::string> lines{"Expect:"};
  bool has_type = false;
  for (const auto& [name, value] : request_.headers) {
    if (name.empty() || has_line_break(name) || has_line_break(value)) {
      return fail(Errc::invalid,
                  fmt::format("the header \"{}\" has a line break or no name", has_line_break(name) ? "" : name));
    }
    has_type = has_type || to_lower(name) == "content-type";
    lines.push_back(value.empty() ? name + ';' : name + ": " + value);
  }
  if (!has_type) lines.emplace_back("Content-Type:");
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return fail(Errc::unavailable, "no memory for a header");
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
  return {};
}

void CurlTransfer::set_method_and_body() {
  CURL* easy = easy_.get();
  const std::string& method = request_.method;
  const bool says_length = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (says_length || !request_.body.empty()) {
    // The body goes through callbacks, not POSTFIELDS: only so can a second sending be refused.
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &read_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &seek_body);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

// ---- how far it got
// ---------------------------------------------------------------------------------------------------

long CurlTransfer::request_bytes() const {
  long bytes = 0;
  if (easy_) curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
  return bytes;
}

bool CurlTransfer::anything_sent() const { return asked_ && (request_bytes() > bytes_before_ask_ || body_read_ > 0); }

// Curl asks here each time before it sends. A second time means that it is about to repeat the request on a new
// connection by itself: right if the first one took nothing, otherwise the caller's decision. The seek callback
// alone would not do: curl repeats a request without a body and has nothing to rewind.
int CurlTransfer::before_request(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (transfer.anything_sent()) return CURL_PREREQFUNC_ABORT;
  transfer.asked_ = true;
  transfer.bytes_before_ask_ = transfer.request_bytes();
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlTransfer::read_body(char* to, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::string_view left = std::string_view(transfer.request_.body).substr(transfer.body_read_);
  const std::size_t bytes = std::min(size * count, left.size());
  std::memcpy(to, left.data(), bytes);
  transfer.body_read_ += bytes;
  return bytes;
}

int CurlTransfer::seek_body(void* self, curl_off_t offset, int origin) {
  const auto& transfer = *static_cast<CurlTransfer*>(self);
  const bool nothing_to_do = offset == 0 && origin == SEEK_SET && transfer.body_read_ == 0;
  return nothing_to_do ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

// ---- what comes back
// --------------------------------------------------------------------------------------------------

std::size_t CurlTransfer::take_header(char* from, std::size_t size, std::size_t count, void* self) {
  static_cast<CurlTransfer*>(self)->on_header(std::string_view(from, size * count));
  return size * count;
}

void CurlTransfer::on_header(std::string_view line) {
  line = trim(line);
  if (line.empty()) {
    // An interim answer (1xx) is followed by the real one.
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    head_complete_ = status >= 200;
    return;
  }
  if (head_complete_) return;  // a trailer
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
  } else if (colon != std::string_view::npos) {
    response_.headers.emplace_back(to_lower(trim(line.substr(0, colon))), trim(line.substr(colon + 1)));
  }
}

std::size_t CurlTransfer::take_body(char* from, std::size_t size, std::size_t count, void* self) {
  return static_cast<CurlTransfer*>(self)->on_body({from, size * count}) ? size * count : 0;
}

bool CurlTransfer::on_body(std::string_view piece) {
  too_big_ = piece.size() > max_response_bytes_ - response_.body.size();
  if (!too_big_) response_.body += piece;
  return !too_big_;
}

// ---- the end
// ----------------------------------------------------------------------------------------------------------

void CurlTransfer::finish(CURLcode code) {
  // Curl calls an answer that ends inside its head a success.
  if (code == CURLE_OK && head_complete_) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.exchange = Exchange::answered;
    response_.status = static_cast<int>(status);
    return report(std::move(response_));
  }
  std::string why = trouble_[0] != '\0' ? trouble_.data() : curl_easy_strerror(code);
  if (code == CURLE_OK) why = "the connection ended inside the head of the answer";
  if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_SEND_FAIL_REWIND)
    why = "the connection ended without an answer";
  if (too_big_) why = fmt::format("the answer has more than {} bytes", max_response_bytes_);
  finish_abandoned(std::move(why));
}

void CurlTransfer::finish_unsent(std::string failure) {
  report({.exchange = Exchange::not_sent, .failure = std::move(failure)});
}

void CurlTransfer::finish_abandoned(std::string failure) {
  report({.exchange = anything_sent() ? Exchange::unknown : Exchange::not_sent, .failure = std::move(failure)});
}

void CurlTransfer::report(ClientResponse response) {
  try {
    std::exchange(done_, nullptr)(std::move(response));
  } catch (const std::exception& trouble) {
    log::error("the receiver of an HTTP answer failed", {{"what", trouble.what()}});
  }
}

}  // namespace zs::net
