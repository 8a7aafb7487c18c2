#include "observe/network.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

#include "adapters/fd.h"

namespace slotwarden::observe {
namespace {

TEST(Interface, TowardsThisHostIsLoopback) {
  const auto v4 = interface_towards("127.0.0.1");
  ASSERT_TRUE(v4) << v4.error().what;
  EXPECT_EQ(*v4, "lo");
}

TEST(Interface, TowardsANameIsNotLookedUp) {
  EXPECT_FALSE(interface_towards("localhost"));
  EXPECT_FALSE(interface_towards(""));
}

TEST(Interface, CountsWhatIsSentAndSaysWhatItCanWhereItKnows) {
  const auto before = interface_traffic("lo");
  ASSERT_TRUE(before) << before.error().what;
  EXPECT_FALSE(before->link) << "loopback has no speed";
  const adapters::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof to;
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&to), size), 0);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&to), &size);
  const std::array<char, 1000> data{};
  ASSERT_EQ(::sendto(socket.get(), data.data(), data.size(), 0, reinterpret_cast<sockaddr*>(&to), size), 1000);
  EXPECT_GE((interface_traffic("lo")->sent - before->sent).n, 1000U);
}

TEST(Interface, ThatIsNotThereIsAnError) {
  EXPECT_EQ(interface_traffic("no-such-interface").error().os_error, ENOENT);
}

}  // namespace
}  // namespace slotwarden::observe
