#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Words = std::vector<std::string>;

struct ShellCompletion : testing::Test {
  Words of(const Words& words) {
    return shell_completions(words, "/default", [this](const std::string& socket) {
      asked = socket;
      return Words{"7000", "7001", "storage"};
    });
  }
  std::string asked;
};

TEST_F(ShellCompletion, BeginsWithTheCommandsOfAShellNotOfThePrompt) {
  EXPECT_THAT(of({"rest"}), ElementsAre("restart", "restore"));
  EXPECT_THAT(of({""}), Contains("status"));
  EXPECT_THAT(of({""}), Not(Contains("quit")));
  EXPECT_EQ(asked, "") << "the daemon is not asked before it is needed";
}

TEST_F(ShellCompletion, NamesTheInstancesOfTheDaemonThatTheSocketNames) {
  EXPECT_THAT(of({"restart", "7"}), ElementsAre("7000", "7001"));
  EXPECT_EQ(asked, "/default");
  EXPECT_THAT(of({"-s", "/other", "--json", "stop", "7001", ""}), ElementsAre("7000", "7001", "all", "storage"));
  EXPECT_EQ(asked, "/other");
}

TEST_F(ShellCompletion, KnowsTheOptionsOfACommandAndThoseBeforeIt) {
  EXPECT_THAT(of({"restart", "7000", "--in"}), ElementsAre("--in-place"));
  EXPECT_THAT(of({"--js"}), ElementsAre("--json"));
  EXPECT_THAT(of({"-s", ""}), IsEmpty());
}

}  // namespace
}  // namespace slotwarden::cli
