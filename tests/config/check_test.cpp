#include <gmock/gmock.h>

#include "config/load.h"
#include "config/shipped.h"
#include "texts.h"

namespace slotwarden::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Check, AcceptsAHealthyConfiguration) {
  EXPECT_TRUE(check(load_text(healthy_text()).config).empty());
}

TEST(Check, NamesBothLinesOfAPortUsedTwice) {
  const auto loaded = load_text(with(healthy_text(), "7001\n", "7000\n"));
  EXPECT_EQ(printed(loaded.problems),
            "/etc/slotwarden/slotwarden.toml:14: port 7000 already belongs to the instance at "
            "/etc/slotwarden/slotwarden.toml:9; give one of them another port\n");
  EXPECT_FALSE(loaded.config.instances[0].sound);
  EXPECT_FALSE(loaded.config.instances[1].sound);
}

TEST(Check, NamesBothLinesOfAServerFileUsedTwiceHoweverItIsWritten) {
  for (const auto* again : {"/etc/redis/7000.conf", "/etc//redis/./7000.conf"})
    EXPECT_THAT(printed(load_text(with(healthy_text(), "/etc/redis/7001.conf", again)).problems),
                HasSubstr(":15: config \"" + std::string{again} +
                          "\" is already used by the instance at "
                          "/etc/slotwarden/slotwarden.toml:10; give each instance a file of its own"));
}

TEST(Check, SuggestsThePolicyThatWasMeant) {
  EXPECT_EQ(printed(load_text(with(healthy_text(), "\"cache\"", "\"cahce\"")).problems),
            "/etc/slotwarden/slotwarden.toml:17: there is no policy \"cahce\"; did you mean \"cache\"?\n");
  EXPECT_THAT(printed(load_text(with(healthy_text(), "\"cache\"", "\"queue\"")).problems),
              HasSubstr("write one of: cache, storage"));
}

TEST(Check, RejectsASocketPathThatTheKernelWouldNotTake) {
  const auto socket = [](std::size_t size) {
    const auto path = "/" + std::string(size - 1, 's');
    return printed(load_text(with(healthy_text(), "/run/slotwarden/control.sock", path)).problems);
  };
  EXPECT_EQ(socket(107), "");
  EXPECT_THAT(socket(108),
              HasSubstr(":2: control_socket has 108 bytes and the kernel takes at most 107; write a shorter path"));
}

TEST(Check, RejectsAFirstDelayBeyondTheLongest) {
  EXPECT_EQ(printed(load_policy("cache", "[backoff]\nfirst_delay = \"1m\"\n").problems),
            "/p/cache.toml:2: policy cache: backoff.first_delay (1m) is longer than backoff.longest_delay (30s); "
            "write a shorter first_delay or a longer longest_delay\n");
}

TEST(Check, RejectsABudgetThatCouldNeverBeSpent) {
  EXPECT_THAT(printed(load_policy("cache", "[backoff]\nwindow = \"10s\"\n").problems),
              HasSubstr(":2: policy cache: backoff.window (10s) is shorter than backoff.longest_delay (30s)"));
}

TEST(Check, RejectsACacheThatWaitsForNothing) {
  EXPECT_THAT(printed(load_policy("cache", "[start]\nlongest_wait = \"0s\"\n").problems),
              HasSubstr(":2: policy cache: start.longest_wait is 0s"));
}

TEST(Check, RejectsNearlyEmptyDatasetsWhereDataMayNotGo) {
  EXPECT_THAT(printed(load_policy("storage", "\n[start]\nfewest_keys_percent = 0\n").problems),
              HasSubstr(":3: policy storage: start.fewest_keys_percent = 0"));
  EXPECT_EQ(printed(load_policy("storage", "[start]\nfewest_keys_percent = 1\n").problems), "");
}

TEST(Check, NamesTheValueThatWasWrittenNotTheDefaultItCollidesWith) {
  EXPECT_THAT(printed(load_policy("cache", "\n\n[start]\ndata_may_go = false\n").problems),
              HasSubstr("/p/cache.toml:4: policy cache"));
}

}  // namespace
}  // namespace slotwarden::config
