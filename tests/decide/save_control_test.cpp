#include "decide/save_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto points = "3600 1 300 100 60 10000";

// A server, what slotwarden remembers of it, and a daemon that may die between any two of its acts.
struct World {
  ControlEvidence e{.wanted = true, .save = points, .rewrite_percentage = "100"};

  // Returns whether it died.
  bool act(int lives_for) {
    const auto plan = control_saves(e);
    if (plan.remember) {
      if (lives_for-- == 0) return true;
      e.taken = plan.remember;
    }
    for (const auto& s : plan.set) {
      if (lives_for-- == 0) return true;
      (s.name == "save" ? e.save : e.rewrite_percentage) = s.value;
    }
    if (plan.forget) {
      if (lives_for-- == 0) return true;
      e.taken.reset();
    }
    return false;
  }
  [[nodiscard]] bool settled() const {
    const auto plan = control_saves(e);
    return !plan.remember && plan.set.empty() && !plan.forget;
  }
};

TEST(SaveControl, PutsOneLateSavePointInPlaceOfTheServersOwn) {
  World w;
  EXPECT_THAT(control_saves(w.e).set,
              ElementsAre(Setting{"save", "7200 1"}, Setting{"auto-aof-rewrite-percentage", "400"}));
  EXPECT_FALSE(w.act(9));
  EXPECT_TRUE(w.settled());
  EXPECT_EQ(w.e.taken->save, points);
}

TEST(SaveControl, NeverLeavesAServerWithoutASavePoint) {
  for (const auto age : {0s, 1800s, 3600s, 3601s, 7200s, 100'000s}) {
    World w;
    w.e.age = age;
    EXPECT_FALSE(w.act(9));
    const auto seconds = std::stoll(w.e.save);
    EXPECT_GE(seconds, (age + 1h) / 1s);
    EXPECT_GE(seconds, 7200);
    EXPECT_LE(seconds, (age + 2h) / 1s);
  }
}

TEST(SaveControl, RarelyMovesTheSavePoint) {
  World w;
  int moved = 0;
  for (auto age = 0min; age < 10h; age += 1min) {
    w.e.age = age;
    if (!control_saves(w.e).set.empty()) ++moved;
    w.act(9);
  }
  EXPECT_LE(moved, 11);
}

TEST(SaveControl, GivesBackWhatItTookWhereverItWasInterrupted) {
  for (int first = 0; first < 5; ++first)
    for (int second = 0; second < 5; ++second) {
      World w;
      w.act(first);
      w.e.age = 5h;
      w.act(second);
      w.e.wanted = false;
      for (int n = 0; n < 3; ++n) w.act(n);
      w.act(9);
      EXPECT_EQ(w.e.save, points) << first << second;
      EXPECT_EQ(w.e.rewrite_percentage, "100") << first << second;
      EXPECT_TRUE(w.settled());
    }
}

TEST(SaveControl, LearnsWhatTheOperatorSetMeanwhile) {
  World w;
  w.act(9);
  w.e.save = "900 1";
  w.act(9);
  EXPECT_EQ(w.e.save, "7200 1");
  w.e.wanted = false;
  w.act(9);
  EXPECT_EQ(w.e.save, "900 1");
}

TEST(SaveControl, TakesOverAgainAfterTheServerWasRestarted) {
  World w;
  w.act(9);
  w.e.save = points;
  w.e.rewrite_percentage = "100";
  EXPECT_FALSE(w.settled());
  w.act(9);
  EXPECT_EQ(w.e.save, "7200 1");
  EXPECT_EQ(w.e.taken->save, points);
}

TEST(SaveControl, LeavesAloneWhatItsOwnerHasSwitchedOff) {
  World w;
  w.e.save = "";
  w.e.rewrite_percentage = "0";
  w.act(9);
  EXPECT_EQ(w.e.save, "");
  EXPECT_EQ(w.e.rewrite_percentage, "0");
  w.e.wanted = false;
  EXPECT_THAT(control_saves(w.e).set, IsEmpty());
}

TEST(SaveControl, LeavesAloneWhatSomebodyElseHasSetWhenItLetsGo) {
  World w;
  w.act(9);
  w.e.save = "60 1";
  w.e.wanted = false;
  EXPECT_THAT(control_saves(w.e).set, ElementsAre(Setting{"auto-aof-rewrite-percentage", "100"}));
}

TEST(SaveControl, AllowsTheAppendOnlyFileMoreGrowthThanSlotwardenDoes) {
  World w;
  w.e.growth_percent = 900;
  w.act(9);
  EXPECT_EQ(w.e.rewrite_percentage, "1200");
}

}  // namespace
}  // namespace slotwarden::decide
