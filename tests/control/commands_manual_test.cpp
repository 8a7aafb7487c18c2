// The reference part of docs/commands.md is the table of commands: this test compares the two, and writes that part
// anew when UPDATE_DOCS=1 is set.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "control/commands.h"
#include "control/json.h"

namespace slotwarden::control {
namespace {

constexpr std::string_view title = "## Every command\n\n";

TEST(CommandsManual, SaysWhatTheTableSays) {
  const std::string path = std::string(DOCS_DIR) + "/commands.md";
  std::ifstream in(path);
  const std::string manual{std::istreambuf_iterator<char>(in), {}};
  const std::size_t reference = manual.find(title);
  ASSERT_NE(reference, std::string::npos) << path << " has lost its heading: " << title;
  const std::string expected = manual.substr(0, reference) + std::string(title) + commands_markdown();
  if (const char* update = std::getenv("UPDATE_DOCS"); update && std::string_view(update) == "1") {
    std::ofstream(path) << expected;
    return;
  }
  EXPECT_EQ(manual, expected) << path << " does not say what the table says; run: UPDATE_DOCS=1 control_tests";
}

TEST(Commands, EachHaveAHelpAndAReplyAndAreFoundInAnyCase) {
  for (const CommandText& c : commands()) {
    EXPECT_FALSE(c.help.empty()) << c.name;
    EXPECT_FALSE(c.help.ends_with('.')) << c.name;
    EXPECT_FALSE(c.reply.empty()) << c.name;
    EXPECT_EQ(find_command(c.name), &c);
    for (const OptionText& o : c.options) EXPECT_TRUE(o.name.starts_with("--")) << c.name << " " << o.name;
  }
  EXPECT_EQ(find_command("Rolling-Restart")->name, "ROLLING-RESTART");
  EXPECT_EQ(find_command(""), nullptr);
}

TEST(Commands, AreSuggestedOnlyWhenNear) {
  EXPECT_EQ(nearest_command("staus"), "STATUS");
  EXPECT_EQ(nearest_command("rolling-restrat"), "ROLLING-RESTART");
  EXPECT_EQ(nearest_command("xyzzy"), "");
  EXPECT_EQ(nearest_command(std::string(10'000, 's')), "");
}

TEST(CommandsHelp, IsJsonOfAllOrOfOne) {
  EXPECT_EQ(read(help_json(""))->size(), commands().size());
  const Json one = *read(help_json("start"));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["command"], "start");
  EXPECT_EQ(one[0]["changes"], true);
  EXPECT_EQ(*read(help_json("nonsense")), Json::array());
}

}  // namespace
}  // namespace slotwarden::control
