// floor_server FILE: the least that takes an event durably over HTTP. Beast, simdjson for source and id, one SQLite
// writer with group commit, 202 after the commit. No keys, no checks, no fold, no limits. Prints its port.
#include <simdjson.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "floor/bare_store.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, zs::bench::BareGroupCommit& store) : socket_(std::move(socket)), store_(store) {}

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->keep();
    });
  }

 private:
  void keep() {
    thread_local simdjson::dom::parser parser;
    std::string_view source;
    std::string_view id;
    const auto event = parser.parse(request_.body());
    if (event["source"].get(source) != simdjson::SUCCESS || event["id"].get(id) != simdjson::SUCCESS)
      return answer(http::status::bad_request);
    std::string key{source};
    key += '\n';
    key += id;
    store_.push({std::move(key), request_.body()}, [self = shared_from_this()] {
      asio::post(self->socket_.get_executor(), [self] { self->answer(http::status::accepted); });
    });
  }

  void answer(http::status status) {
    response_ = {status, 11};
    response_.set(http::field::content_type, "application/json");
    response_.body() = R"({"accepted":1})";
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  zs::bench::BareGroupCommit& store_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor, zs::bench::BareGroupCommit& store) {
  acceptor.async_accept([&acceptor, &store](beast::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket), store)->read();
    }
    accept(acceptor, store);
  });
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: floor_server FILE\n";
    return 2;
  }
  asio::io_context context{1};
  zs::bench::BareStore store(words[1]);
  zs::bench::BareGroupCommit group(store);
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::cout << "port " << acceptor.local_endpoint().port() << std::endl;
  accept(acceptor, group);
  context.run();
}
