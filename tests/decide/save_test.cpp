#include "decide/save.h"

#include <gtest/gtest.h>

#include "save_evidence.h"

namespace slotwarden::decide {
namespace {

TEST(Save, GoesForOneThatIsDue) {
  const auto plan = plan_saves(quiet_host());
  EXPECT_EQ(plan.answers.front().verdict.rule, "due");
  EXPECT_EQ(plan.answers.front().kind, ForkKind::rdb_save);
  EXPECT_GT(plan.answers.front().predicted.n, 0u);
}

TEST(Save, RefusesOneThatKeepsItsOwnSavePoints) {
  auto e = quiet_host();
  e.candidates[0].policy.schedule = false;
  EXPECT_EQ(rule_for(e), "not-scheduled");
}

TEST(Save, GoesWithoutSavePointsUnlessThePolicyLeavesItSo) {
  auto e = quiet_host();
  e.candidates[0].has_points = false;
  EXPECT_EQ(rule_for(e), "due");
  e.candidates[0].policy.even_without_points = false;
  EXPECT_EQ(rule_for(e), "no-save-points");
}

TEST(Save, NeedsNoDumpsWhereAnAppendOnlyFileKeepsEverything) {
  auto e = quiet_host();
  e.candidates[0].has_points = false;
  e.candidates[0].append_only = true;
  EXPECT_EQ(rule_for(e), "no-save-points");
}

TEST(Save, WaitsForOneThatDoesNotServe) {
  for (const auto serving : {Tri::unknown, Tri::no}) {
    auto e = quiet_host();
    e.candidates[0].serving = serving;
    EXPECT_EQ(rule_for(e), "not-serving");
  }
}

TEST(Save, WaitsWhileTheMemoryIsNotKnown) {
  auto e = quiet_host();
  e.memory.reset();
  EXPECT_EQ(rule_for(e), "blind");
}

TEST(Save, WaitsForTheServersOwnChild) {
  auto e = quiet_host();
  e.forks.push_back({.port = Port{7000}, .kind = ForkKind::full_sync, .domains = {0}});
  EXPECT_EQ(rule_for(e), "forked");
}

TEST(Save, WaitsLongerAfterEachFailure) {
  auto e = quiet_host();
  auto& c = e.candidates[0];
  c.failures = 1;
  c.since_failure = 59s;
  EXPECT_EQ(rule_for(e), "failed-lately");
  EXPECT_EQ(answer_for(plan_saves(e), 7000).verdict.ask_again_in, 1s);
  c.since_failure = 60s;
  EXPECT_EQ(rule_for(e), "due");
  c.failures = 3;
  c.since_failure = 239s;
  EXPECT_EQ(rule_for(e), "failed-lately");
  c.failures = 1000;
  c.since_failure = 30min;
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, WaitsForAReplicaWhoseLinkIsDown) {
  auto e = quiet_host();
  e.candidates[0].synced = false;
  EXPECT_EQ(rule_for(e), "not-synced");
}

TEST(Save, WaitsWhileNothingIsNew) {
  auto e = quiet_host();
  e.candidates[0].changes = 0;
  EXPECT_EQ(rule_for(e), "nothing-new");
}

TEST(Save, WaitsUntilTheShortestIntervalIsOver) {
  auto e = quiet_host();
  e.candidates[0].age = 14min;
  EXPECT_EQ(rule_for(e), "fresh");
  EXPECT_EQ(answer_for(plan_saves(e), 7000).verdict.ask_again_in, 1min);
}

TEST(Save, LeavesItToTheChosenReplicaUntilItsOwnCopyIsTooOld) {
  auto e = quiet_host();
  e.candidates[0].another_saves = true;
  e.candidates[0].age = 5h;
  EXPECT_EQ(rule_for(e), "other-saves");
  e.candidates[0].age = 6h;
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, WaitsForAWindowButNotBeyondTheLongestInterval) {
  auto e = quiet_host();
  auto& c = e.candidates[0];
  c.policy.windows.ranges = {{120, 300}};
  e.minute_of_week = 119;
  EXPECT_EQ(rule_for(e), "window");
  EXPECT_EQ(answer_for(plan_saves(e), 7000).verdict.ask_again_in, 1min);
  e.minute_of_week = 120;
  EXPECT_EQ(rule_for(e), "due");
  e.minute_of_week = 300;
  EXPECT_EQ(rule_for(e), "window");
  c.age = 1h;
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, WaitsUnderPressureUntilItIsTwiceAsLateAsAllowed) {
  auto e = quiet_host();
  e.pressure_percent = 11;
  EXPECT_EQ(rule_for(e), "pressure");
  e.candidates[0].age = 2h;
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, WaitsForRoomOnTheDisk) {
  auto e = quiet_host();
  e.candidates[0].disk_free = 199_MiB;
  EXPECT_EQ(rule_for(e), "no-disk");
  e.candidates[0].disk_free.reset();
  EXPECT_EQ(rule_for(e), "no-disk");
}

TEST(Save, CountsWhatOthersWillWriteToTheSameDevice) {
  auto e = quiet_host();
  e.leases = 2;
  e.candidates.push_back(due_server(7001));
  for (auto& c : e.candidates) c.disk_free = 300_MiB;
  EXPECT_EQ(rule_for(e, 7000), "due");
  EXPECT_EQ(rule_for(e, 7001), "no-disk");
  e.candidates[1].device = 1;
  EXPECT_EQ(rule_for(e, 7001), "due");
}

TEST(Save, DealsNoMoreLeasesThanThereAre) {
  auto e = quiet_host();
  e.candidates.push_back(due_server(7001));
  EXPECT_EQ(rule_for(e, 7000), "due");
  EXPECT_EQ(rule_for(e, 7001), "leases");
}

TEST(Save, CountsForksThatItDidNotOrder) {
  auto e = quiet_host();
  e.forks.push_back({.port = Port{7009}, .kind = ForkKind::full_sync, .domains = {0}});
  EXPECT_EQ(rule_for(e), "leases");
  e.forks[0].stuck = true;
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, TakesTheMostOverdueFirst) {
  auto e = quiet_host();
  e.candidates.push_back(due_server(7001));
  e.candidates[1].age = 31min;
  EXPECT_EQ(rule_for(e, 7001), "due");
  EXPECT_EQ(rule_for(e, 7000), "leases");
  e.candidates[0].changes = 50'000;  // half of its keys are new
  EXPECT_EQ(rule_for(e, 7000), "due");
}

TEST(Save, TakesOneThatWasNeverSavedBeforeOneThatWas) {
  auto e = quiet_host();
  e.candidates.push_back(due_server(7001));
  e.candidates[1].age.reset();
  e.candidates[1].up = 14min;
  EXPECT_EQ(rule_for(e, 7001), "fresh");
  e.candidates[1].up = 15min;
  EXPECT_EQ(rule_for(e, 7001), "due");
  EXPECT_EQ(rule_for(e, 7000), "leases");
}

TEST(Save, WaitsForMemoryThatForksWillStillTake) {
  auto e = quiet_host();
  e.leases = 2;
  e.memory->front().available = 200_MiB;
  EXPECT_EQ(rule_for(e), "due");
  e.forks.push_back({.port = Port{7009}, .predicted = 80_MiB, .cow = 10_MiB, .domains = {0}});
  EXPECT_EQ(rule_for(e), "no-memory");
  e.forks[0].cow = 80_MiB;  // it has all that it will copy, and `available` shows it
  EXPECT_EQ(rule_for(e), "due");
}

TEST(Save, WaitsForTheSmallerOfHostAndGroup) {
  auto e = quiet_host();
  e.memory->push_back({"/group", 120_MiB, 100_MiB});
  EXPECT_EQ(rule_for(e), "due");
  e.candidates[0].domains = {0, 1};
  EXPECT_EQ(rule_for(e), "no-memory");
}

TEST(Save, KeepsMemoryForALateOneThatWillFit) {
  auto e = quiet_host();
  e.leases = 3;
  e.memory->front().available = 400_MiB;
  auto& big = e.candidates[0];
  big.age = 90min;
  big.cow.rate.reset();  // everything may be copied
  e.candidates.push_back(due_server(7001));
  e.forks.push_back({.port = Port{7009}, .predicted = 100_MiB, .cow = 10_MiB, .domains = {0}});
  EXPECT_EQ(rule_for(e, 7000), "no-memory");
  EXPECT_EQ(rule_for(e, 7001), "makes-room");
  EXPECT_EQ(plan_saves(e).short_by.n, 0u);
}

TEST(Save, LetsOthersPastOneThatWillNotFitAndSaysWhatIsMissing) {
  auto e = quiet_host();
  e.memory->front().available = 300_MiB;
  e.candidates[0].age = 90min;
  e.candidates[0].cow.rate.reset();
  e.candidates.push_back(due_server(7001));
  const auto plan = plan_saves(e);
  EXPECT_EQ(answer_for(plan, 7000).verdict.rule, "no-memory");
  EXPECT_EQ(answer_for(plan, 7001).verdict.rule, "due");
  EXPECT_EQ(plan.short_for, Port{7000});
  EXPECT_EQ(plan.short_by, answer_for(plan, 7000).predicted - 200_MiB);
}

TEST(Save, RewritesAnAppendOnlyFileThatHasGrown) {
  auto e = quiet_host();
  auto& c = e.candidates[0];
  c.has_points = false;
  c.append_only = true;
  c.aof_base = 100_MiB;
  c.aof_size = 199_MiB;
  EXPECT_EQ(rule_for(e), "no-save-points");
  c.aof_size = 200_MiB;
  EXPECT_EQ(rule_for(e), "rewrite");
  EXPECT_EQ(plan_saves(e).answers.front().kind, ForkKind::aof_rewrite);
  c.policy.rewrite_least = (201_MiB).n;
  EXPECT_EQ(rule_for(e), "no-save-points");
}

TEST(Save, ObeysTheOperatorAsFarAsMemoryAllows) {
  auto e = quiet_host();
  auto& c = e.candidates[0];
  c.changes = 0;
  c.policy.schedule = false;
  c.failures = 3;
  c.asked = Asked::now;
  e.candidates.push_back(due_server(7001));
  e.candidates[1].age.reset();
  EXPECT_EQ(rule_for(e, 7000), "asked");
  EXPECT_EQ(rule_for(e, 7001), "leases");
  e.memory->front().available = 100_MiB;
  EXPECT_EQ(rule_for(e, 7000), "no-memory");
}

TEST(Leases, AreOneAndAnotherWhileProcessorsAreIdle) {
  EXPECT_EQ(leases_of({.processors = 2, .idle = 0}), 1);
  EXPECT_EQ(leases_of({.processors = 2, .idle = 0.4, .forks = 1}), 1);
  EXPECT_EQ(leases_of({.processors = 2, .idle = 0.6, .forks = 1}), 2);
  EXPECT_EQ(leases_of({.processors = 2, .idle = 1.6}), 2) << "as many as will find a processor, at once";
  EXPECT_EQ(leases_of({.processors = 8, .idle = 2.4}), 2);
  EXPECT_EQ(leases_of({.processors = 8, .idle = 2.6, .forks = 1}), 4);
  EXPECT_EQ(leases_of({.processors = 2, .idle = 2, .forks = 5}), 2);
  EXPECT_EQ(leases_of({.processors = 64, .idle = 60, .forks = 20}), 4);
  EXPECT_EQ(leases_of({.wanted = 7, .processors = 2}), 7);
}

}  // namespace
}  // namespace slotwarden::decide
