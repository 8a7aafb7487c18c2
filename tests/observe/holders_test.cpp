#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "adapters/fd.h"
#include "adapters/process.h"
#include "observe/child.h"
#include "observe/proc.h"
#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Child;
using test::Scratch;
using test::wait_for_end;
using testing::ElementsAre;
using testing::IsEmpty;

// A socket on a free port of the loopback address, listening or only bound.
struct Bound {
  adapters::Fd fd;
  Port port;
};

Bound bound_v4(bool listening) {
  Bound b{adapters::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), {}};
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(b.fd.get(), reinterpret_cast<sockaddr*>(&at), size) != 0) return {};
  if (listening) ::listen(b.fd.get(), 1);
  ::getsockname(b.fd.get(), reinterpret_cast<sockaddr*>(&at), &size);
  b.port = Port{ntohs(at.sin_port)};
  return b;
}

Bound bound_v6() {
  Bound b{adapters::Fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)), {}};
  sockaddr_in6 at{};
  at.sin6_family = AF_INET6;
  at.sin6_addr = in6addr_loopback;
  socklen_t size = sizeof at;
  if (::bind(b.fd.get(), reinterpret_cast<sockaddr*>(&at), size) != 0) return {};
  ::listen(b.fd.get(), 1);
  ::getsockname(b.fd.get(), reinterpret_cast<sockaddr*>(&at), &size);
  b.port = Port{ntohs(at.sin6_port)};
  return b;
}

TEST(ListenerOn, FindsTheProcessThatListens) {
  const auto mine = bound_v4(true);
  ASSERT_NE(mine.port.n, 0);
  EXPECT_EQ(*listener_on(mine.port), Pid{::getpid()});
}

TEST(ListenerOn, FindsAListenerOfIpv6) {
  const auto mine = bound_v6();
  if (mine.port.n == 0) GTEST_SKIP() << "this host has no IPv6";
  EXPECT_EQ(*listener_on(mine.port), Pid{::getpid()});
}

TEST(ListenerOn, FindsNobodyWhereASocketIsOnlyBound) {
  const auto mine = bound_v4(false);
  ASSERT_NE(mine.port.n, 0);
  EXPECT_EQ(*listener_on(mine.port), Pid{});
}

TEST(ListenerOn, FindsAnotherProcessAndNobodyOnceItIsGone) {
  auto inherited = bound_v4(true);
  Child child([](auto ready) {
    ready();
    wait_for_end();
  });
  const auto port = inherited.port;
  inherited.fd.reset();
  EXPECT_EQ(*listener_on(port), child.pid());
  child.end();
  EXPECT_EQ(*listener_on(port), Pid{});
}

TEST(UsersOfDirectory, AreThoseThatWorkInIt) {
  const Scratch dir;
  EXPECT_THAT(users_of_directory(dir.path(), Pid{}, *process_table()), IsEmpty());
  const Child child([&](auto ready) {
    if (::chdir(dir.path().c_str()) != 0) return;
    ready();
    wait_for_end();
  });
  EXPECT_THAT(users_of_directory(dir.path(), Pid{}, *process_table()), ElementsAre(child.pid()));
  EXPECT_THAT(users_of_directory(dir.path() + "/.", Pid{}, *process_table()), ElementsAre(child.pid()));
  EXPECT_THAT(users_of_directory(dir.path(), child.pid(), *process_table()), IsEmpty());
  EXPECT_THAT(users_of_directory("/", child.pid(), *process_table()), testing::Not(testing::Contains(child.pid())));
}

TEST(HoldersOfLock, AreThoseThatTookIt) {
  const Scratch dir;
  const Child child([&](auto ready) {
    const auto lock = adapters::DirectoryLock::take(dir.path());
    if (!lock) return;
    ready();
    wait_for_end();
  });
  EXPECT_THAT(holders_of_lock(dir.path(), *process_table()), ElementsAre(child.pid()));
  EXPECT_THAT(users_of_directory(dir.path(), Pid{}, *process_table()), IsEmpty());
}

}  // namespace
}  // namespace slotwarden::observe
