// The documents and the shipped policy files say what the code does.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/describe.h"
#include "config/load.h"
#include "config/policy_options.h"
#include "config/shipped.h"
#include "config/value.h"
#include "texts.h"

namespace slotwarden::config {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream in{path};
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The manual with its tables of options made anew.
std::string regenerated(const std::string& manual) {
  const auto begin = manual.find("<!-- options:");
  const auto end = manual.find("<!-- options: end -->");
  EXPECT_NE(begin, manual.npos);
  EXPECT_NE(end, manual.npos);
  if (begin == manual.npos || end == manual.npos) return manual;
  const auto body = manual.find('\n', begin) + 1;
  return manual.substr(0, body) + "\n" + describe_options() + "\n" + manual.substr(end);
}

TEST(TheManual, ListsEveryOptionAsTheCodeKnowsIt) {
  const std::string path = DOCS_DIR "/configuration.md";
  const auto manual = file_text(path);
  const auto expected = regenerated(manual);
  if (std::getenv("UPDATE_DOCS"))
    std::ofstream{path} << expected;
  else
    EXPECT_EQ(manual, expected) << "run config_tests with UPDATE_DOCS=1 to write it anew";
}

TEST(TheManual, ShowsConfigurationsThatLoad) {
  const auto manual = file_text(DOCS_DIR "/configuration.md");
  int shown = 0;
  for (auto at = manual.find("```toml\n"); at != manual.npos; at = manual.find("```toml\n", at + 1)) {
    const auto begin = at + std::string_view{"```toml\n"}.size();
    const auto block = manual.substr(begin, manual.find("```", begin) - begin);
    const auto loaded = block.find("[[instance]]") == block.npos ? load_policy("sessions", block) : load_text(block);
    EXPECT_EQ(printed(loaded.problems), "") << block;
    ++shown;
  }
  EXPECT_EQ(shown, 2);
}

TEST(TheExample, Loads) {
  const auto loaded = load_text(file_text(DOCS_DIR "/slotwarden.toml.example"));
  EXPECT_EQ(printed(loaded.problems), "");
  EXPECT_EQ(loaded.config.instances.size(), 3U);
}

class ShippedPolicy : public testing::TestWithParam<const char*> {
 protected:
  std::string name = GetParam();
  std::string text = file_text(POLICIES_DIR "/" + name + ".toml");
};

TEST_P(ShippedPolicy, LoadsToExactlyTheBuiltInValues) {
  const auto loaded = load({}, {{"/p/" + name + ".toml", text}});
  ASSERT_EQ(printed(loaded.problems), "");
  const auto built_in = shipped_policies().at(name);
  std::map<std::string_view, std::string> of_file;
  each_policy_option(loaded.config.policies.at(name),
                     [&](const Option& o, const auto& v) { of_file[o.name] = print(o, v); });
  each_policy_option(built_in, [&](const Option& o, const auto& v) {
    EXPECT_EQ(of_file[o.name], print(o, v)) << o.name;
    EXPECT_TRUE(loaded.config.set_at.contains("policy." + name + "." + std::string{o.name}))
        << o.name << " is not written";
  });
}

void expect_a_reason_above_each_value(const std::string& text) {
  std::istringstream lines{text};
  std::string before;
  for (std::string line; std::getline(lines, line); before = line) {
    if (line.find(" = ") == line.npos || line.starts_with('#')) continue;
    EXPECT_TRUE(before.starts_with("# ")) << line;
    EXPECT_TRUE(before.ends_with('.')) << before;
  }
}

TEST_P(ShippedPolicy, GivesAReasonAboveEachValue) {
  expect_a_reason_above_each_value(text);
}

TEST(ShippedHostPolicy, GivesAReasonAboveEachValue) {
  expect_a_reason_above_each_value(file_text(POLICIES_DIR "/host.toml"));
}

TEST(ShippedHostPolicy, LoadsToExactlyTheBuiltInValuesAndWritesEachOne) {
  const auto loaded = load({}, {{"/p/host.toml", file_text(POLICIES_DIR "/host.toml")}});
  ASSERT_EQ(printed(loaded.problems), "");
  std::map<std::string_view, std::string> of_file;
  each_host_policy_option(loaded.config.host_policy,
                          [&](const Option& o, const auto& v) { of_file[o.name] = print(o, v); });
  const HostPolicy built_in;
  each_host_policy_option(built_in, [&](const Option& o, const auto& v) {
    EXPECT_EQ(of_file[o.name], print(o, v)) << o.name;
    EXPECT_TRUE(loaded.config.set_at.contains("policy.host." + std::string{o.name})) << o.name << " is not written";
  });
}

INSTANTIATE_TEST_SUITE_P(Each, ShippedPolicy, testing::Values("storage", "cache"),
                         [](const auto& p) { return std::string{p.param}; });

TEST(DescribeConfig, LoadsToTheSameConfiguration) {
  const auto first = load_text(healthy_text()).config;
  const auto again = load_text(describe_config(first));
  ASSERT_EQ(printed(again.problems), "");
  EXPECT_EQ(again.config.host, first.host);
  ASSERT_EQ(again.config.instances.size(), first.instances.size());
  for (std::size_t i = 0; i < first.instances.size(); ++i) {
    std::vector<std::string> was, is;
    each_instance_option(first.instances[i], [&](const Option& o, const auto& v) { was.push_back(print(o, v)); });
    each_instance_option(again.config.instances[i], [&](const Option& o, const auto& v) { is.push_back(print(o, v)); });
    EXPECT_EQ(was, is);
  }
}

TEST(DescribeConfig, SaysWhereEachValueComesFrom) {
  const auto text = describe_config(load_policy("cache", "\n[start]\nlongest_wait = \"7s\"\n").config);
  EXPECT_THAT(text, testing::HasSubstr("state_dir = \"/srv/slotwarden\"  # /etc/slotwarden/slotwarden.toml:4\n"));
  EXPECT_THAT(text, testing::HasSubstr("server = \"/usr/bin/redis-server\"  # default\n"));
  EXPECT_THAT(text, testing::HasSubstr("# credentials: what the server's own file says\n"));
  EXPECT_THAT(text, testing::HasSubstr("# policy cache\n"));
  EXPECT_THAT(text, testing::HasSubstr("#   start.longest_wait = \"7s\"  # /p/cache.toml:3\n"));
  EXPECT_THAT(text, testing::HasSubstr("#   start.data_may_go = true  # default\n"));
}

}  // namespace
}  // namespace slotwarden::config
