// Dumps and append-only files that a real server wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "adapters/fd.h"
#include "observe/child.h"
#include "observe/files.h"
#include "observe/proc.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using adapters::Fd;
using test::Child;
using test::Scratch;

constexpr auto server = "/usr/bin/redis-server";

// A redis-server on a unix socket in its own directory: no port is needed.
class RealServer {
 public:
  RealServer(const Scratch& dir, const char* appendonly)
      : socket_(dir / "s"), child_([&](auto ready) {
          ready();
          const Fd log(::open((dir / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
          ::dup2(log.get(), STDOUT_FILENO);
          ::execl(server, server, "--port", "0", "--unixsocket", socket_.c_str(), "--dir", dir.path().c_str(), "--save",
                  "", "--appendonly", appendonly, nullptr);
        }) {
    for (int i = 0; i < 10'000 && !connect(); ++i) ::poll(nullptr, 0, 1);
  }

  // Sends one inline command and returns the first line of the answer.
  std::string ask(std::string command) {
    command += "\r\n";
    if (::write(connection_.get(), command.data(), command.size()) < 0) return "";
    std::string line;
    for (char c = 0; c != '\n' && ::read(connection_.get(), &c, 1) == 1;) line += c;
    return line.substr(0, line.find('\r'));
  }

  // Until the process is gone.
  void stop() {
    ask("SHUTDOWN NOSAVE");
    child_.await_zombie();
    child_.end();
  }

 private:
  bool connect() {
    connection_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    socket_.copy(at.sun_path, sizeof at.sun_path - 1);
    return ::connect(connection_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && ask("PING") == "+PONG";
  }

  std::string socket_;
  Child child_;
  Fd connection_;
};

class RealDataset : public testing::Test {
 protected:
  void SetUp() override {
    if (::access(server, X_OK) != 0) GTEST_SKIP() << server << " is not installed";
    conf.dir = dir.path();
  }
  void fill(RealServer& s, int keys) {
    for (int i = 0; i < keys; ++i)
      ASSERT_EQ(s.ask("SET key:" + std::to_string(i) + " value" + std::string(60, 'x')), "+OK");
    ASSERT_EQ(s.ask("EXPIRE key:0 10000"), ":1");
    ASSERT_EQ(s.ask("RPUSH list a b c 1 2 3"), ":6");
    ASSERT_EQ(s.ask("ZADD zset 1.5 a 2 b"), ":2");
  }
  [[nodiscard]] Dataset look() const { return dataset(conf, 10, false); }
  // Whether a start with the dump as it is now would be held.
  [[nodiscard]] bool refused() const {
    const auto state = look().state;
    return state != DatasetState::valid && state != DatasetState::empty && state != DatasetState::absent;
  }

  Scratch dir;
  formats::ServerConf conf;
};

TEST_F(RealDataset, IsCountedAsTheServerCounts) {
  RealServer s(dir, "no");
  fill(s, 20);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.keys, 22u);
  EXPECT_EQ(d.keys_with_expiry, 1u);
  EXPECT_TRUE(d.saved_unix.has_value());
  EXPECT_EQ(d.writer.substr(0, 6), "redis ");
}

TEST_F(RealDataset, IsRefusedWhereverItWasCut) {
  RealServer s(dir, "no");
  fill(s, 30);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  ASSERT_FALSE(refused());
  for (auto n = std::filesystem::file_size(dir / "dump.rdb"); n-- > 0;) {
    dir.cut("dump.rdb", n);
    ASSERT_TRUE(refused()) << n << " bytes";
  }
}

TEST_F(RealDataset, IsRefusedWithAnySingleBitFlipped) {
  RealServer s(dir, "no");
  fill(s, 3);
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  ASSERT_FALSE(refused());
  for (std::size_t bit = 0; bit < 8 * std::filesystem::file_size(dir / "dump.rdb"); ++bit) {
    dir.flip("dump.rdb", bit);
    ASSERT_TRUE(refused()) << "bit " << bit;
    dir.flip("dump.rdb", bit);
  }
  EXPECT_FALSE(refused());
}

TEST_F(RealDataset, OfAServerWithoutKeysIsEmpty) {
  RealServer s(dir, "no");
  ASSERT_EQ(s.ask("SAVE"), "+OK");
  s.stop();
  EXPECT_EQ(look().state, DatasetState::empty);
}

TEST_F(RealDataset, OfAnAppendOnlyFileIsReadByItsManifest) {
  conf.appendonly = true;
  RealServer s(dir, "yes");
  EXPECT_EQ(look().state, DatasetState::empty) << "a base without a key and an increment without a command";
  fill(s, 5);
  s.stop();
  const auto d = look();
  EXPECT_EQ(d.state, DatasetState::valid) << d.detail;
  EXPECT_EQ(d.file, dir / "appendonlydir/appendonly.aof.manifest");
  conf.appendonly = false;
  EXPECT_EQ(look().state, DatasetState::absent) << "with appendonly no it is not read";
}

TEST_F(RealDataset, LeavesNobodyInItsDirectoryOnceTheServerStopped) {
  RealServer s(dir, "no");
  const auto users = users_of_directory(dir.path(), Pid{});
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 1u);
  EXPECT_THAT(command_of(users->front()), testing::HasSubstr("redis-server"));
  s.stop();
  EXPECT_TRUE(users_of_directory(dir.path(), Pid{})->empty());
}

}  // namespace
}  // namespace slotwarden::observe
