#include <gmock/gmock.h>

#include "config/describe.h"
#include "config/load.h"
#include "config/policy_options.h"
#include "config/shipped.h"
#include "config/value.h"
#include "texts.h"

namespace slotwarden::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// All of a policy's values by name, to compare with.
std::map<std::string, std::string> values(const Policy& p) {
  std::map<std::string, std::string> all{{"name", p.name}};
  each_policy_option(p, [&](const Option& o, const auto& value) { all[std::string{o.name}] = print(o, value); });
  return all;
}

std::string spoiled(std::string text) {
  return printed(load_policy("cache", std::move(text)).problems);
}

TEST(Policies, AreThereWithoutAnyFile) {
  const auto c = load({}, {}).config;
  ASSERT_EQ(c.policies.size(), 2U);
  EXPECT_EQ(values(c.policies.at("storage")), values(Policy{}));
  EXPECT_EQ(values(c.policies.at("cache")), values(shipped_policies().at("cache")));
}

TEST(Policies, OfTheShippedKindsDifferWhereDataIsAtStake) {
  const auto shipped = shipped_policies();
  EXPECT_FALSE(shipped.at("storage").start.data_may_go);
  EXPECT_FALSE(shipped.at("storage").stop.kill_overdue);
  EXPECT_TRUE(shipped.at("cache").start.data_may_go);
  EXPECT_TRUE(shipped.at("cache").stop.kill_overdue);
  EXPECT_EQ(shipped.at("cache").start.longest_wait, 30s);
}

TEST(Policies, OfAnOperatorStartFromStorage) {
  const auto loaded = load_policy("sessions", "[backoff]\nbudget = 99\n");
  ASSERT_EQ(printed(loaded.problems), "");
  Policy expected;
  expected.name = "sessions";
  expected.backoff.budget = 99;
  EXPECT_EQ(values(loaded.config.policies.at("sessions")), values(expected));
}

TEST(Policies, StartFromTheOneTheyInherit) {
  const auto loaded = load({}, {{"/p/a.toml", "inherits = \"b\"\n[backoff]\nbudget = 1\n"},
                                {"/p/b.toml", "inherits = \"cache\"\n[backoff]\nbudget = 2\nwindow = \"1h\"\n"}});
  ASSERT_EQ(printed(loaded.problems), "");
  const auto& a = loaded.config.policies.at("a");
  EXPECT_EQ(a.backoff.budget, 1);
  EXPECT_EQ(a.backoff.window, 1h);
  EXPECT_TRUE(a.start.data_may_go);
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(describe(loaded.config.set_at.at("policy.a.backoff.window")), "/p/b.toml:4");
}

TEST(Policies, OfTheSameNameBuildOnTheOneTheyOverride) {
  for (const auto* inherits : {"", "inherits = \"cache\"\n"}) {
    const auto loaded = load({}, {{"/etc/cache.toml", std::string{inherits} + "[backoff]\nbudget = 1\n"},
                                  {"/usr/cache.toml", "[backoff]\nbudget = 2\nwindow = \"1h\"\n"}});
    ASSERT_EQ(printed(loaded.problems), "");
    const auto& cache = loaded.config.policies.at("cache");
    EXPECT_EQ(cache.backoff.budget, 1);
    EXPECT_EQ(cache.backoff.window, 1h);
    EXPECT_TRUE(cache.start.data_may_go) << "from the built-in cache";
  }
}

TEST(Policies, InheritWhatAnOperatorChangedInStorage) {
  const auto c = load({}, {{"/p/mine.toml", ""}, {"/p/storage.toml", "[backoff]\nbudget = 3\n"}}).config;
  EXPECT_EQ(c.policies.at("mine").backoff.budget, 3);
}

TEST(Policies, CannotInheritFromNobody) {
  const auto loaded = load_policy("mine", "# mine\ninherits = \"strage\"\n");
  EXPECT_EQ(printed(loaded.problems),
            "/p/mine.toml:2: there is no policy \"strage\" to inherit from; did you mean \"storage\"?\n");
}

TEST(Policies, CannotInheritInACircle) {
  const auto loaded = load({}, {{"/p/a.toml", "inherits = \"b\"\n"}, {"/p/b.toml", "inherits = \"a\"\n"}});
  EXPECT_EQ(printed(loaded.problems),
            "/p/b.toml:1: \"a\" builds on this policy, so this one cannot build on it; write another policy after "
            "inherits\n");
  EXPECT_THAT(printed(load_policy("a", "inherits = \"a\"\n").problems),
              HasSubstr(":1: this is the only policy named \"a\""));
  EXPECT_THAT(printed(load({}, {{"/p/storage.toml", "inherits = \"b\"\n"}, {"/p/b.toml", ""}}).problems),
              HasSubstr("/p/storage.toml:1: \"b\" builds on this policy"));
}

TEST(Policies, AreUnsoundWhereTheirAncestorIs) {
  const auto text = with(healthy_text(), "\"cache\"", "\"mine\"");
  const auto loaded = load({{"/m.toml", text}}, {{"/p/mine.toml", "inherits = \"base\"\n"}, {"/p/base.toml", "[[["}});
  EXPECT_EQ(loaded.problems.size(), 1U);
  EXPECT_TRUE(loaded.config.instances.at(0).sound);
  EXPECT_FALSE(loaded.config.instances.at(1).sound);
  const auto bad_word = load({{"/m.toml", text}}, {{"/p/mine.toml", "inherits = 5\n"}});
  EXPECT_EQ(printed(bad_word.problems), "/p/mine.toml:1: inherits is an integer; write a text in double quotes\n");
  EXPECT_FALSE(bad_word.config.instances.at(1).sound);
}

TEST(Policies, NeedANameThatIsNeitherAPortNorAll) {
  for (const auto* name : {"all", "7000", "Cache", "", "a b", "-x"})
    EXPECT_THAT(printed(load_policy(name, "").problems),
                HasSubstr("cannot name a policy; name the file with lower-case letters"))
        << name;
}

TEST(Policies, SuggestTheKeyThatWasMeant) {
  EXPECT_EQ(spoiled("[backoff]\nbugdet = 3\n"),
            "/p/cache.toml:2: unknown key \"bugdet\" in [backoff]; did you mean \"budget\"?\n");
  EXPECT_EQ(spoiled("[backof]\nbudget = 3\n"),
            "/p/cache.toml:1: unknown section \"backof\"; did you mean \"backoff\"?\n");
  EXPECT_THAT(spoiled("budget = 3\n"), HasSubstr(":1: unknown key \"budget\"; write it below [backoff]"));
  EXPECT_THAT(spoiled("[stop]\nbudget = 3\n"),
              HasSubstr(":2: unknown key \"budget\" in [stop]; write it below [backoff]"));
  EXPECT_THAT(spoiled("backoff = 3\n"),
              HasSubstr(":1: backoff is a section, not an integer; write [backoff], and its values below"));
  EXPECT_THAT(spoiled("inherit = \"cache\"\n"), HasSubstr("did you mean \"inherits\"?"));
}

TEST(Policies, RejectValuesOfTheWrongTypeOrOutOfRange) {
  EXPECT_THAT(spoiled("[backoff]\njitter_percent = 101\n"),
              HasSubstr(":2: backoff.jitter_percent is out of range; write a value from 0 to 100"));
  EXPECT_THAT(spoiled("[backoff]\nbudget = 0\n"), HasSubstr("write a value from 1 to 100000"));
  EXPECT_THAT(spoiled("[backoff]\nfirst_delay = \"0s\"\n"),
              HasSubstr("backoff.first_delay is out of range; write a value 1ms or more"));
  EXPECT_THAT(spoiled("[stop]\nstop_bytes_per_second = 0\n"), HasSubstr("write a value 1B or more"));
  EXPECT_THAT(spoiled("[stop]\nhandover_lag = -1\n"),
              HasSubstr("stop.handover_lag is out of range; write a value 0 or more"));
  EXPECT_THAT(spoiled("[stop]\nhandover_lag = \"ten\"\n"), HasSubstr("stop.handover_lag = \"ten\" is not a size"));
  EXPECT_THAT(spoiled("[stop]\nkill_overdue = \"yes\"\n"),
              HasSubstr("stop.kill_overdue is a text; write true or false"));
  EXPECT_THAT(spoiled("[process]\noom_score_adj = -1001\n"), HasSubstr("write a value from -1000 to 1000"));
  EXPECT_THAT(spoiled("[process]\numask = 77\n"),
              HasSubstr("process.umask is an integer; write the octal digits in quotes, such as \"0077\""));
  EXPECT_THAT(spoiled("[process]\numask = \"0078\"\n"), HasSubstr("process.umask = \"0078\" is not a mask"));
  EXPECT_THAT(spoiled("[process]\ncore_bytes = -1\n"), HasSubstr("write a value 0 or more, or \"unlimited\""));
  EXPECT_THAT(spoiled("[process]\nnproc = \"many\"\n"),
              HasSubstr("write a whole number without quotes, or \"inherit\""));
}

TEST(Policies, TakeWordsForMinusOneAndBothWaysOfWritingASize) {
  const auto loaded =
      load_policy("cache", "[process]\ncore_bytes = \"unlimited\"\nnproc = 500\n[stop]\nhandover_lag = 4096\n");
  ASSERT_EQ(printed(loaded.problems), "");
  const auto& p = loaded.config.policies.at("cache");
  EXPECT_EQ(p.process.core_bytes, -1);
  EXPECT_EQ(p.process.nproc, 500);
  EXPECT_EQ(p.stop.handover_lag, 4096U);
}

TEST(Policies, ReadBackWhateverTheyPrint) {
  for (const auto& [name, policy] : shipped_policies()) {
    std::string text;
    each_policy_option(policy, [&](const Option& o, const auto& value) {
      text += std::string{o.name} + " = " + print(o, value) + "\n";
    });
    const auto loaded = load({}, {{"/p/copy.toml", text}});
    ASSERT_EQ(printed(loaded.problems), "") << text;
    auto expected = values(policy);
    expected["name"] = "copy";
    EXPECT_EQ(values(loaded.config.policies.at("copy")), expected);
  }
}

}  // namespace
}  // namespace slotwarden::config
