// What systemd hears, on a socket that stands in for it.
#include "adapters/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <cstring>

#include "adapters/fd.h"
#include "adapters/temporary.h"

namespace slotwarden::adapters {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ServiceManager : testing::Test {
  void SetUp() override {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    const std::string path = home / "notify";
    ASSERT_LT(path.size(), sizeof at.sun_path);
    std::memcpy(at.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(ear.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  void TearDown() override {
    for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  // The next message; empty when none is waiting.
  std::string heard() {
    char text[256];
    const auto n = ::recv(ear.get(), text, sizeof text, MSG_DONTWAIT);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
  }

  tests::Temporary home;
  Fd ear{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(ServiceManager, HearsTheStateAndTheStatus) {
  service_manager::ready();
  EXPECT_EQ(heard(), "READY=1");
  service_manager::status("6 servers: 6 running, 100 %");
  EXPECT_EQ(heard(), "STATUS=6 servers: 6 running, 100 %");
  service_manager::extend(std::chrono::seconds{90});
  EXPECT_EQ(heard(), "EXTEND_TIMEOUT_USEC=90000000");
  service_manager::reloading();
  EXPECT_THAT(heard(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  service_manager::stopping();
  EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(ServiceManager, IsPingedForAsLongAsTheLoopTurnsAndNoLonger) {
  ::setenv("WATCHDOG_USEC", "20000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, service_manager::keep_alive(loop.get_executor()), boost::asio::detached);
  for (int pings = 0; pings < 3; ++pings) {
    while (loop.run_one_for(std::chrono::seconds{30}) != 0) {
      const auto message = heard();
      if (message.empty()) continue;
      EXPECT_EQ(message, "WATCHDOG=1");
      break;
    }
  }
  // A loop that hangs: far more than the watchdog's time passes, and nothing is heard.
  ::poll(nullptr, 0, 100);
  EXPECT_EQ(heard(), "");
}

TEST_F(ServiceManager, IsNotPingedWhereItDoesNotAskForIt) {
  boost::asio::io_context loop{1};
  boost::asio::co_spawn(loop, service_manager::keep_alive(loop.get_executor()), boost::asio::detached);
  EXPECT_GT(loop.run(), 0u) << "the coroutine has ended";
  EXPECT_EQ(heard(), "");
}

}  // namespace
}  // namespace slotwarden::adapters
