#include "decide/elections.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

// A replica of a master that serves again. Each test spoils one fact.
PutOffEvidence over() {
  return {.master = Restored::serving,
          .answered = true,
          .same_process = true,
          .still_set = true,
          .role = Role::replica,
          .follows = true,
          .misses_master = false};
}

TEST(Elections, AreLetBeOnceTheMasterServesAndIsNotMissed) {
  EXPECT_EQ(after_restore(over()), PutOffStep::put_back);
}

TEST(Elections, StayPutOffWhileTheReplicaWouldStandAtOnce) {
  auto e = over();
  e.misses_master = true;
  EXPECT_EQ(after_restore(e), PutOffStep::keep);
}

TEST(Elections, StayPutOffWhileTheMasterIsComing) {
  auto e = over();
  e.master = Restored::coming;
  EXPECT_EQ(after_restore(e), PutOffStep::keep);
  e.misses_master = true;
  EXPECT_EQ(after_restore(e), PutOffStep::keep);
}

TEST(Elections, AreLetBeWhenTheMasterIsGoneHoweverItIsMissed) {
  auto e = over();
  e.master = Restored::gone;
  e.misses_master = true;
  EXPECT_EQ(after_restore(e), PutOffStep::put_back);
}

TEST(Elections, AreLetBeWhenTheShardWasDecidedOtherwise) {
  for (const auto master : {Restored::coming, Restored::serving, Restored::gone}) {
    auto e = over();
    e.master = master;
    e.role = Role::master;
    e.follows = false;
    EXPECT_EQ(after_restore(e), PutOffStep::put_back);
    e.role = Role::replica;
    EXPECT_EQ(after_restore(e), PutOffStep::put_back) << "it follows another";
  }
}

TEST(Elections, OfAnotherProcessAreItsOwnAffair) {
  auto e = over();
  e.same_process = false;
  EXPECT_EQ(after_restore(e), PutOffStep::forget);
  e = over();
  e.still_set = false;
  EXPECT_EQ(after_restore(e), PutOffStep::forget);
}

TEST(Elections, OfAReplicaThatDoesNotAnswerAreNeverForgotten) {
  PutOffEvidence e;
  for (const auto master : {Restored::coming, Restored::serving, Restored::gone}) {
    e.master = master;
    EXPECT_EQ(after_restore(e), PutOffStep::keep);
  }
}

}  // namespace
}  // namespace slotwarden::decide
