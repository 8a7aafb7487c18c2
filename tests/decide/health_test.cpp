#include "decide/health.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

HealthEvidence silent_master() {
  HealthEvidence e;
  e.process_alive = Tri::yes;
  e.since_answer = 10s;
  e.kernel_state = 'R';
  e.owned_slots = true;
  e.succession = Succession::unknown;
  return e;
}

TEST(Health, IsGoodWhileItAnswers) {
  auto e = silent_master();
  e.since_answer = 2999ms;
  EXPECT_EQ(health(e).rule, "healthy");
  e.since_answer = 3000ms;
  EXPECT_EQ(health(e).rule, "slow");
}

TEST(Health, LeavesAStoppedServerAlone_ChildStoppedForAMinute) {
  auto e = silent_master();
  e.kernel_state = 'T';
  EXPECT_EQ(health(e).rule, "slow-stopped");
  EXPECT_EQ(health(e).ruling, Ruling::wait);
}

TEST(Health, LeavesAServerAloneThatWaitsForTheDisk) {
  auto e = silent_master();
  e.kernel_state = 'D';
  EXPECT_EQ(health(e).rule, "slow-disk");
}

TEST(Health, LeavesASlowServerAlone) {
  EXPECT_EQ(health(silent_master()).rule, "slow");
  EXPECT_EQ(health(silent_master()).ruling, Ruling::wait);
}

TEST(Health, EndsAHungMasterOnceItWasSucceeded_FrozenMasterIsThawed) {
  auto e = silent_master();
  e.kernel_state = 'T';
  e.succession = Succession::settled;
  EXPECT_EQ(health(e).rule, "succeeded-while-hung");
  EXPECT_EQ(health(e).ruling, Ruling::refuse);
}

TEST(Health, NeverEndsAServerThatAnswersOrWasNotSucceeded) {
  Table table(health_rules());
  for (const Tri alive : {Tri::unknown, Tri::no, Tri::yes})
    for (const auto silent : {0ms, 2999ms, 3000ms, 86'400'000ms})
      for (const char state : {'?', 'R', 'S', 'D', 'T', 'Z'})
        for (const bool owned : {false, true})
          for (const auto s : {Succession::unknown, Succession::ask, Succession::settled, Succession::impossible}) {
            HealthEvidence e;
            e.process_alive = alive;
            e.since_answer = silent;
            e.kernel_state = state;
            e.owned_slots = owned;
            e.succession = s;
            const auto v = health(e);
            ASSERT_TRUE(table.has(v));
            if (v.ruling == Ruling::refuse) {
              ASSERT_TRUE(owned && s == Succession::settled && silent >= 3000ms && alive != Tri::no);
            }
          }
}

}  // namespace
}  // namespace slotwarden::decide
