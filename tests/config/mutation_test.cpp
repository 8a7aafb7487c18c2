#include <gtest/gtest.h>

#include <random>

#include "config/describe.h"
#include "config/load.h"
#include "texts.h"

namespace slotwarden::config {
namespace {

constexpr std::string_view policy_text = R"(inherits = "cache"
[backoff]
first_delay = "200ms"
budget = 12
[stop]
handover_lag = "10MiB"
kill_overdue = true
[process]
umask = "0077"
core_bytes = "unlimited"
)";

// What slips into a file: a byte, a line twice, a piece gone, a piece of syntax.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view pieces[] = {"\"",
                                                "[",
                                                "]",
                                                "[[",
                                                "=",
                                                "\n",
                                                ".",
                                                "-1",
                                                "\\u0000",
                                                "{",
                                                "\"\"\"",
                                                "#",
                                                "''",
                                                "99999999999999999999",
                                                "inf",
                                                "true",
                                                "\xff",
                                                "[host]\n",
                                                "port = 7000\n",
                                                "a.b.c = 1\n"};
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  const auto at = below(text.size() + 1);
  switch (below(5)) {
    case 0: text.insert(at, pieces[below(std::size(pieces))]); break;
    case 1: text.erase(at, below(12)); break;
    case 2: text.insert(at, text.substr(below(text.size()), below(60))); break;
    case 3: text.resize(at); break;
    default:
      if (at < text.size()) text[at] = static_cast<char>(random());
  }
  return text;
}

void expect_loads_or_says_why(const std::string& config, const std::string& policy) {
  const auto loaded = load({{"/m.toml", config}}, {{"/p/mine.toml", policy}});
  for (const auto& p : loaded.problems) {
    EXPECT_GE(p.line, 1) << describe(p);
    EXPECT_TRUE(p.path == "/m.toml" || p.path == "/p/mine.toml") << describe(p);
    EXPECT_EQ(p.what.find('\n'), std::string::npos) << p.what;
    EXPECT_NE(p.what.find_first_of(";?"), std::string::npos) << "says what to write: " << p.what;
  }
  if (!loaded.problems.empty()) return;
  EXPECT_TRUE(loaded.host_sound);
  for (const auto& one : loaded.config.instances) {
    EXPECT_TRUE(one.sound);
    EXPECT_NE(one.port.n, 0);
    EXPECT_TRUE(one.config.starts_with('/'));
    EXPECT_TRUE(loaded.config.policies.contains(one.policy));
  }
  const auto again = load({{"/again.toml", describe_config(loaded.config)}}, {{"/p/mine.toml", policy}});
  EXPECT_EQ(printed(again.problems), "") << describe_config(loaded.config);
  EXPECT_EQ(again.config.host, loaded.config.host);
}

TEST(AMutatedConfiguration, LoadsOrSaysWhyAndWhere) {
  std::mt19937 random{20'240'611};
  const auto healthy = with(healthy_text(), "\"cache\"", "\"mine\"");
  int loaded = 0;
  for (int round = 0; round < 4'000; ++round) {
    auto config = healthy;
    std::string policy{policy_text};
    for (auto slips = 1 + random() % 3; slips > 0; --slips)
      (random() % 2 ? config : policy) = mutated(random() % 2 ? config : healthy, random);
    if (random() % 2) policy = mutated(std::string{policy_text}, random);
    SCOPED_TRACE(config + "\n-- policy --\n" + policy);
    expect_loads_or_says_why(config, policy);
    if (HasFailure()) return;
    if (load({{"/m.toml", config}}, {{"/p/mine.toml", policy}}).problems.empty()) ++loaded;
  }
  EXPECT_GT(loaded, 100) << "mutations that are all rejected would prove little";
  EXPECT_LT(loaded, 3'900);
}

TEST(ADeeplyNestedConfiguration, IsRejectedWithoutExhaustingTheStack) {
  std::string dotted = "a";
  for (int i = 0; i < 20'000; ++i) dotted += ".a";
  for (const auto& text : {"x = " + std::string(100'000, '['), "[" + dotted + "]", dotted + " = 1"}) {
    const auto loaded = load_text(text + "\n");
    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_EQ(loaded.problems[0].line, 1);
  }
}

TEST(ADeeplyNestedConfiguration, IsReadAsDeepAsTheBoundsAllow) {
  std::string dotted = "a";
  for (int i = 0; i < 98; ++i) dotted += ".a";
  std::string value = "1";
  for (int level = 0; level < 3; ++level) value = "[\n{ " + dotted + " = " + value + " }\n]";
  const auto loaded = load_text("[" + dotted + "]\n" + dotted + " = " + value + "\n");
  EXPECT_EQ(printed(loaded.problems),
            "/etc/slotwarden/slotwarden.toml:1: unknown section \"a\"; write one of: host, instance\n");
}

}  // namespace
}  // namespace slotwarden::config
