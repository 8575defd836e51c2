#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <system_error>

#include "net/curl_transport.hpp"
#include "net/server_fixture.hpp"
#include "net/test_certificate.hpp"

namespace zs::net {
namespace {

using namespace std::chrono_literals;
using testing::answer_to;
using testing::echo;
using testing::get;
using ::testing::HasSubstr;
using testing::RawSocket;
using testing::serve;

class UnixSocketTest : public ::testing::Test {
 protected:
  UnixSocketTest() {
    std::string name = (std::filesystem::temp_directory_path() / "zs-socket-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category());
    directory_ = name;
  }
  ~UnixSocketTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path() const { return directory_ / "s"; }
  [[nodiscard]] ServerOptions options(unsigned mode = 0600) const {
    return {.socket_path = path(), .socket_mode = mode};
  }
  [[nodiscard]] ClientResponse fetch_local(std::string_view target) const {
    const auto transport = make_curl_transport({.unix_socket = path()});
    std::promise<ClientResponse> answer;
    transport->send({.url = "http://localhost" + std::string(target), .timeout = 20s},
                    [&](ClientResponse response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }
  [[nodiscard]] unsigned mode() const {
    struct stat there{};
    return ::lstat(path().c_str(), &there) == 0 ? there.st_mode & 07777U : 0;
  }
  /// A socket's file whose owner has died.
  void leave_a_dead_one() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address), 0);
    ::close(fd);
  }

  std::filesystem::path directory_;
};

TEST_F(UnixSocketTest, AnswersBesideThePortAndSaysWhichWayTheRequestCame) {
  const auto server = serve(
      [](Request&& request, Reply reply) {
        reply({.body = request.target + (request.is_local ? " local " : " remote ") + request.remote});
      },
      options());
  EXPECT_EQ(fetch_local("/a?b=c").body, "/a?b=c local unix");
  EXPECT_THAT(answer_to(*server, get("/d")), HasSubstr("/d remote 127.0.0.1:"));
}

TEST_F(UnixSocketTest, IsPlainWhereThePortHasTls) {
  const testing::TestCertificate certificate;
  auto made = options();
  made.tls_certificate_file = certificate.certificate_file();
  made.tls_key_file = certificate.key_file();
  const auto server = serve(echo, made);
  EXPECT_EQ(fetch_local("/plain").status, 200);
  const auto transport = make_curl_transport({.ca_file = certificate.certificate_file()});
  std::promise<ClientResponse> answer;
  transport->send({.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/tls", .timeout = 20s},
                  [&](ClientResponse response) { answer.set_value(std::move(response)); });
  EXPECT_EQ(answer.get_future().get().status, 200);
}

TEST_F(UnixSocketTest, HasTheModeThatWasAskedForWhateverTheUmask) {
  const auto before = ::umask(0);
  {
    const auto server = serve(echo, options(0600));
    EXPECT_EQ(mode(), 0600U);
  }
  ::umask(0777);
  {
    const auto server = serve(echo, options(0660));
    EXPECT_EQ(mode(), 0660U);
  }
  ::umask(before);
}

TEST_F(UnixSocketTest, GoesWithTheServer) {
  auto server = serve(echo, options());
  ASSERT_TRUE(std::filesystem::exists(path()));
  server->stop(0ms);
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(UnixSocketTest, TakesThePlaceOfADeadOne) {
  leave_a_dead_one();
  const auto server = serve(echo, options());
  EXPECT_EQ(fetch_local("/").status, 200);
}

TEST_F(UnixSocketTest, LeavesALiveOneAndWhatIsNoSocketAlone) {
  const auto first = serve(echo, options());
  const auto second = Server::start(options(), echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_EQ(fetch_local("/").status, 200) << "the first one's file is untouched";
  first->stop(0ms);
  std::ofstream(path()) << "precious";
  const auto third = Server::start(options(), echo);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::invalid);
  EXPECT_THAT(third.error().text, HasSubstr("no socket"));
  EXPECT_EQ(std::filesystem::file_size(path()), 8U);
}

TEST_F(UnixSocketTest, DoesNotRemoveAFileThatSomebodyPutInItsPlace) {
  auto server = serve(echo, options());
  std::filesystem::remove(path());
  std::ofstream(path()) << "another's";
  server->stop(0ms);
  EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(UnixSocketTest, WithoutItsDirectoryIsRefusedInWords) {
  auto made = options();
  made.socket_path = directory_ / "missing" / "s";
  const auto server = Server::start(made, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid);
  EXPECT_THAT(server.error().text, HasSubstr("its directory must be there"));
  made.socket_path = directory_ / std::string(120, 'x');
  EXPECT_THAT(Server::start(made, echo).error().text, HasSubstr("longer than 107 bytes"));
}

TEST_F(UnixSocketTest, BothDoorsGoOnAfterTheBoundOfConnectionsWasReached) {
  auto made = options();
  made.max_connections = 1;
  const auto server = serve(echo, made);
  {
    auto only = RawSocket::connect(server->port());
    only.send(get("/1"));
    EXPECT_THAT(only.read_message(), HasSubstr("/1"));
  }
  EXPECT_EQ(fetch_local("/2").status, 200);
  EXPECT_THAT(answer_to(*server, get("/3")), HasSubstr("/3"));
  EXPECT_EQ(fetch_local("/4").status, 200);
}

}  // namespace
}  // namespace zs::net
