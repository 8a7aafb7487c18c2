#include "decide/oom.h"

#include <gtest/gtest.h>

#include <csignal>

namespace slotwarden::decide {
namespace {

// A server whose control group saw the kernel end one process. Each test spoils one fact.
OomEvidence ended_by_the_kernel() {
  OomEvidence e;
  e.status.signal = SIGKILL;
  e.host = {.before = 4, .after = 5};
  e.group = {.before = 0, .after = 1};
  e.child_at_work = false;
  return e;
}

TEST(KilledForMemory, SaysYesWhereItsOwnGroupCountsOneMore) {
  EXPECT_EQ(killed_for_memory(ended_by_the_kernel()), Tri::yes);
}

TEST(KilledForMemory, SaysYesOfAServerWhoseExitStatusNobodyTells) {
  auto e = ended_by_the_kernel();
  e.status.signal.reset();
  EXPECT_EQ(killed_for_memory(e), Tri::yes);
}

TEST(KilledForMemory, DoesNotKnowOfSuchAServerWhetherItWasItsChild) {
  auto e = ended_by_the_kernel();
  e.status.signal.reset();
  e.child_at_work = true;
  EXPECT_EQ(killed_for_memory(e), Tri::unknown);
}

TEST(KilledForMemory, SaysYesOfOneThatEndedBySigkillWithAChildAtWork) {
  auto e = ended_by_the_kernel();
  e.child_at_work = true;
  EXPECT_EQ(killed_for_memory(e), Tri::yes);
}

TEST(KilledForMemory, SaysNoWhereItEndedByItself) {
  auto e = ended_by_the_kernel();
  e.status.signal.reset();
  e.status.code = 0;
  EXPECT_EQ(killed_for_memory(e), Tri::no);
}

TEST(KilledForMemory, SaysNoAfterAnotherSignal) {
  auto e = ended_by_the_kernel();
  e.status.signal = SIGSEGV;
  EXPECT_EQ(killed_for_memory(e), Tri::no);
}

TEST(KilledForMemory, SaysNoWhereNobodyOfTheHostWas) {
  auto e = ended_by_the_kernel();
  e.host.after = e.host.before;
  EXPECT_EQ(killed_for_memory(e), Tri::no);
}

TEST(KilledForMemory, SaysNoWhereSomebodyElseOfTheHostWas) {
  auto e = ended_by_the_kernel();
  e.group.after = e.group.before;
  EXPECT_EQ(killed_for_memory(e), Tri::no);
}

TEST(KilledForMemory, SaysNoOfOneThatIsKilledAfterItsChildWas) {
  auto e = ended_by_the_kernel();
  e.group = {.before = 1, .after = 1};
  EXPECT_EQ(killed_for_memory(e), Tri::no);
}

TEST(KilledForMemory, DoesNotKnowWithoutAGroupOfItsOwn) {
  auto e = ended_by_the_kernel();
  e.group = {};
  EXPECT_EQ(killed_for_memory(e), Tri::unknown);
}

TEST(KilledForMemory, DoesNotKnowWhereTheGroupHasGone) {
  auto e = ended_by_the_kernel();
  e.group.after.reset();
  EXPECT_EQ(killed_for_memory(e), Tri::unknown);
}

TEST(KilledForMemory, TrustsTheGroupWhereTheHostDoesNotCount) {
  auto e = ended_by_the_kernel();
  e.host = {};
  EXPECT_EQ(killed_for_memory(e), Tri::yes);
}

}  // namespace
}  // namespace slotwarden::decide
