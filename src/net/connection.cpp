// One client's connection: reads a request, hands it to the handler, writes the answer, again. Callbacks
// on the worker's thread; g++ 12 destroys some temporaries of coroutines twice (stack.md 2.2).
//
// What makes it quick: one timer that is moved only when a deadline comes nearer, an answer written
// on the spot while the socket takes it, a request parsed into its final place.

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>

#include "base/json.hpp"
#include "base/log.hpp"
#include "net/deadline.hpp"
#include "net/outgoing.hpp"
#include "net/reply_once.hpp"
#include "net/request_parser.hpp"
#include "net/response_head.hpp"
#include "net/server_core.hpp"

namespace zs::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<Socket>;

constexpr std::size_t k_read_piece = 8UL * 1024;
constexpr std::size_t k_bulk_read_piece = 64UL * 1024;
// After an answer that ends the connection we read on, so that no reset overtakes the answer, but not for long.
constexpr std::chrono::seconds k_linger{2};
constexpr std::size_t k_linger_bytes = 8UL * 1024 * 1024;
constexpr std::string_view k_continue = "HTTP/1.1 100 Continue\r\n\r\n";

Response default_error(int status, std::string_view detail) {
  Response response{.status = status, .content_type = "application/problem+json"};
  JsonWriter(response.body).begin_object().field("status", std::int64_t{status}).field("detail", detail).end_object();
  return response;
}

template <class Stream>
class Session final : public Connection, public Answerable, public std::enable_shared_from_this<Session<Stream>> {
 public:
  static constexpr bool k_tls = std::is_same_v<Stream, TlsStream>;
  static constexpr bool k_local = std::is_same_v<Stream, LocalSocket>;

  template <class... Args>
  Session(std::shared_ptr<ServerCore> core, std::shared_ptr<Worker> worker, Args&&... stream)
      : core_(std::move(core)),
        worker_(std::move(worker)),
        stream_(std::forward<Args>(stream)...),
        deadline_(worker_->context()) {
    core_->count.add();
  }
  ~Session() override {
    if (phase_ != Phase::closed) core_->count.remove();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() override {
    worker_->add(this->shared_from_this());
    if (!take_peer() || core_->stopping) return close();
    error_code ec;
    socket().non_blocking(true, ec);
    begin_request();
    if constexpr (k_tls) {
      phase_ = Phase::handshake;
      wait_at_most(core_->options.read_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](const error_code& failed) {
                                if (self->phase_ == Phase::closed) return;
                                if (failed) return self->close();
                                self->phase_ = Phase::idle;
                                self->advance();
                              });
    } else {
      advance();
    }
  }

  void wind_up() override {
    if (phase_ == Phase::idle || phase_ == Phase::handshake || phase_ == Phase::hanging || phase_ == Phase::lingering)
      close();
  }

  void close() override {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    error_code ec;
    socket().close(ec);
    deadline_.cancel();
    response_ = {};
    answer_.reset();
    worker_->remove(this->shared_from_this());
    core_->count.remove();
  }

  // Called on any thread. Only the handler's own call, on our stack, is taken on the spot: running on from
  // another one could enter a handler while its caller holds a lock.
  void answer(Response response) override {
    if (worker_->is_this_thread() && in_handler_) {
      answer_ = std::move(response);
      return;
    }
    worker_->post([self = this->shared_from_this(), response = std::move(response)]() mutable {
      self->on_answer(std::move(response));
    });
  }

  void answer_missing() override {
    if (worker_->is_this_thread() && in_handler_) {
      answer_ = error_response(500, "the request was dropped without an answer");
      return;
    }
    worker_->post([self = this->shared_from_this()] {
      self->on_answer(self->error_response(500, "the request was dropped without an answer"));
    });
  }

 private:
  enum class Phase : std::uint8_t {
    handshake,
    idle,       // between requests
    reading,    // part of a request is here
    timed_out,  // as reading; the cancelled read will answer 408
    handling,   // the handler has it
    delaying,   // answered, held back
    writing,
    hanging,
    lingering,  // the last answer is out; waiting for the client to go
    closed,
  };

  /// False when the client has gone already.
  bool take_peer() {
    if constexpr (k_local) {
      remote_ = "unix";
    } else {
      error_code ec;
      const auto peer = socket().remote_endpoint(ec);
      if (ec) return false;
      remote_ = peer.address().is_v6() ? '[' + peer.address().to_string() + ']' : peer.address().to_string();
      remote_ += ':' + std::to_string(peer.port());
      socket().set_option(asio::ip::tcp::no_delay(true), ec);
    }
    return true;
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  void begin_request() {
    phase_ = Phase::idle;
    request_ = Request{};
    request_started_ = false;
    continued_ = false;
    if (buffer_.size() == 0 && buffer_.capacity() > k_bulk_read_piece / 2) buffer_.shrink_to_fit();
    parser_.emplace(request_, core_->options.max_header_bytes, core_->options.max_body_bytes);
  }

  // Serves requests as long as nothing has to be waited for.
  void advance() {
    while (take_request() && handle() && respond()) begin_request();
  }

  // Async steps end here once an answer is out.
  void after_answer() {
    begin_request();
    advance();
  }

  /// True when a whole request is there. Otherwise more is on its way, or the connection has been dealt with.
  bool take_request() {
    std::string why;
    const int refused = parser_->take(buffer_, why);
    if (parser_->got_some()) phase_ = Phase::reading;
    if (refused != 0) return refuse(refused, why);
    if (parser_->is_done()) return true;
    if (parser_->is_header_done() && parser_->expects_continue() && !continued_ && buffer_.size() == 0 &&
        request_.body.empty()) {
      send_continue();
    } else {
      read_more();
    }
    return false;
  }

  void read_more() {
    if (core_->stopping && phase_ == Phase::idle) return close();
    if (phase_ == Phase::idle) {
      wait_at_most(core_->options.idle_timeout);
    } else if (!request_started_) {
      request_started_ = true;
      wait_at_most(core_->options.read_timeout);
    }
    const bool bulk = parser_->is_header_done() && parser_->content_length_remaining().value_or(0) > k_read_piece;
    stream_.async_read_some(
        buffer_.prepare(bulk ? k_bulk_read_piece : k_read_piece),
        [self = this->shared_from_this()](const error_code& ec, std::size_t size) { self->on_read(ec, size); });
  }

  void on_read(const error_code& ec, std::size_t size) {
    if (phase_ == Phase::closed) return;
    if (phase_ == Phase::timed_out) {
      refuse(408, "the request did not arrive in time");
      return;
    }
    if (ec) return close();
    buffer_.commit(size);
    advance();
  }

  void send_continue() {
    continued_ = true;
    if (!request_started_) wait_at_most(core_->options.read_timeout);
    request_started_ = true;
    asio::async_write(stream_, asio::buffer(k_continue),
                      [self = this->shared_from_this()](const error_code& ec, std::size_t) {
                        if (self->phase_ == Phase::closed) return;
                        if (self->phase_ == Phase::timed_out || ec) return self->close();
                        self->advance();
                      });
  }

  // ---- handling ----------------------------------------------------------------------------------------------------

  /// True when the handler has answered already.
  bool handle() {
    phase_ = Phase::handling;
    deadline_.clear();
    http11_ = parser_->http11();
    keep_alive_ = parser_->keep_alive();
    unread_ = false;
    head_only_ = request_.method == "HEAD";
    if (head_only_) request_.method = "GET";
    request_.remote = remote_;
    request_.is_local = k_local;
    in_handler_ = true;
    try {
      core_->handler(std::move(request_), Reply(ReplyOnce(this->shared_from_this())));
    } catch (const std::exception& trouble) {
      log::error("a request's handler failed", {{"what", trouble.what()}});
    }
    in_handler_ = false;
    if (!answer_) return false;
    response_ = *std::exchange(answer_, std::nullopt);
    return true;
  }

  void on_answer(Response&& response) {
    if (phase_ != Phase::handling) return;
    response_ = std::move(response);
    if (respond()) after_answer();
  }

  /// Answers what is not a request we take; the rest of it stays unread, so the connection ends. Always false.
  bool refuse(int status, std::string_view detail) {
    deadline_.clear();
    http11_ = true;
    keep_alive_ = false;
    unread_ = true;
    head_only_ = false;
    response_ = error_response(status, detail);
    respond();
    return false;
  }

  Response error_response(int status, std::string_view detail) const {
    if (!core_->options.error_page) return default_error(status, detail);
    try {
      return core_->options.error_page(status, detail);
    } catch (const std::exception& trouble) {
      log::error("the error page failed", {{"what", trouble.what()}});
      return default_error(status, detail);
    }
  }

  // ---- answering ---------------------------------------------------------------------------------------------------

  /// Sends response_. True when all of it is out and the connection goes on with the next request.
  bool respond() {
    if (response_.delay.count() > 0) {
      phase_ = Phase::delaying;
      wait_at_most(std::exchange(response_.delay, std::chrono::milliseconds{0}));
      return false;
    }
    deadline_.clear();
    switch (response_.cut) {
      case Response::Cut::hang:
        hang();
        return false;
      case Response::Cut::reset:
        reset();
        return false;
      case Response::Cut::truncate:
      case Response::Cut::none:
        break;
    }
    phase_ = Phase::writing;
    keep_alive_ = keep_alive_ && response_.cut == Response::Cut::none && !core_->stopping && !asks_to_close(response_);
    // The end of a streamed body is the end of the connection where there are no chunks.
    if (response_.stream && !http11_) keep_alive_ = false;
    outgoing_.start(std::move(response_),
                    {.http11 = http11_, .keep_alive = keep_alive_, .head_only = head_only_, .date = worker_->date()});
    return write_now() && next_round();
  }

  /// Writes as much as the socket takes at once; true when that was the whole round. The rest goes on by itself.
  bool write_now() {
    if constexpr (!k_tls) {
      error_code ec;
      const std::size_t size = stream_.write_some(outgoing_.due(), ec);
      if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
        close();
        return false;
      }
      if (!ec) outgoing_.consume(size);
      if (outgoing_.is_round_done()) return true;
    }
    write_rest();
    return false;
  }

  // Piece by piece, so that the deadline is for a client that takes nothing, not for a slow one.
  void write_rest() {
    wait_at_most(core_->options.write_timeout);
    stream_.async_write_some(
        outgoing_.due(),
        [self = this->shared_from_this()](const error_code& ec, std::size_t size) { self->on_written(ec, size); });
  }

  void on_written(const error_code& ec, std::size_t size) {
    if (phase_ == Phase::closed) return;
    if (ec) return close();
    outgoing_.consume(size);
    if (!outgoing_.is_round_done()) return write_rest();
    if (next_round()) after_answer();
  }

  /// True when there is none and the connection is kept. Rounds are written by the loop, not on the spot: a
  /// client that takes a long stream quickly must let others have their turn.
  bool next_round() {
    bool more = false;
    try {
      more = outgoing_.next_round();
    } catch (const std::exception& trouble) {
      log::error("a streamed answer broke off", {{"what", trouble.what()}});
      reset();
      return false;
    }
    if (more) {
      write_rest();
      return false;
    }
    deadline_.clear();
    outgoing_.clear();
    if (keep_alive_) return true;
    linger();
    return false;
  }

  // ---- ends --------------------------------------------------------------------------------------------------------

  void reset() {
    error_code ec;
    socket().set_option(asio::socket_base::linger(true, 0), ec);
    close();
  }

  void hang() {
    phase_ = Phase::hanging;
    if (core_->stopping) return close();
    read_and_drop();
  }

  // Closing with unread bytes in the socket makes the kernel send a reset, which would destroy the answer on
  // its way; so say goodbye first and let the client close.
  void linger() {
    phase_ = Phase::lingering;
    lingered_ = 0;
    if (core_->stopping && !unread_) return close();
    wait_at_most(k_linger);
    if constexpr (k_tls) {
      if (!unread_) {
        stream_.async_shutdown([self = this->shared_from_this()](const error_code&) { self->close(); });
        return;
      }
    } else {
      error_code ec;
      socket().shutdown(asio::socket_base::shutdown_send, ec);
    }
    read_and_drop();
  }

  void read_and_drop() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(k_read_piece),
                            [self = this->shared_from_this()](const error_code& ec, std::size_t size) {
                              if (self->phase_ == Phase::closed) return;
                              self->lingered_ += size;
                              const bool enough = self->phase_ == Phase::lingering && self->lingered_ > k_linger_bytes;
                              if (ec || enough) return self->close();
                              self->read_and_drop();
                            });
  }

  // ---- deadlines ---------------------------------------------------------------------------------------------------

  void wait_at_most(std::chrono::steady_clock::duration time) {
    deadline_.set(time, [self = this->shared_from_this()] { self->on_deadline(); });
  }

  void on_deadline() {
    if (phase_ == Phase::closed) return;
    if (phase_ == Phase::delaying) {
      if (respond()) after_answer();
    } else if (phase_ == Phase::reading) {
      phase_ = Phase::timed_out;
      error_code ec;
      socket().cancel(ec);
    } else {
      close();
    }
  }

  std::conditional_t<k_local, LocalSocket, Socket>& socket() {
    if constexpr (k_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  // Declared first to be destroyed last: the stream and the timer need the worker's context.
  const std::shared_ptr<ServerCore> core_;
  const std::shared_ptr<Worker> worker_;
  Stream stream_;
  Deadline deadline_;

  Phase phase_ = Phase::idle;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  Request request_;
  std::string remote_;
  bool request_started_ = false;
  bool continued_ = false;

  bool in_handler_ = false;
  std::optional<Response> answer_;  // what the handler said while still on the stack
  Response response_;
  Outgoing outgoing_;
  bool http11_ = true;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool unread_ = false;
  std::size_t lingered_ = 0;
};

}  // namespace

std::shared_ptr<Connection> make_connection(std::shared_ptr<ServerCore> core, std::shared_ptr<Worker> worker,
                                            Socket socket) {
  if (!core->tls) return std::make_shared<Session<Socket>>(std::move(core), std::move(worker), std::move(socket));
  asio::ssl::context& tls = *core->tls;
  return std::make_shared<Session<TlsStream>>(std::move(core), std::move(worker), std::move(socket), tls);
}

std::shared_ptr<Connection> make_connection(std::shared_ptr<ServerCore> core, std::shared_ptr<Worker> worker,
                                            LocalSocket socket) {
  return std::make_shared<Session<LocalSocket>>(std::move(core), std::move(worker), std::move(socket));
}

}  // namespace zs::net
