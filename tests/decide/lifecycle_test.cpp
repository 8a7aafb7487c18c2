#include "decide/lifecycle.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

using S = ProcessState;
using E = LifeEvent;

constexpr S down[] = {S::stopped, S::backoff, S::exited, S::fatal, S::held};
constexpr S up[] = {S::starting, S::loading, S::running, S::stopping};

S walk(S from, std::initializer_list<E> events) {
  for (const E e : events) from = next(from, e);
  return from;
}

TEST(Lifecycle, LeadsFromStoppedToRunningAndBack) {
  EXPECT_EQ(walk(S::stopped, {E::gate_go}), S::starting);
  EXPECT_EQ(walk(S::stopped, {E::gate_go, E::answered_loading}), S::loading);
  EXPECT_EQ(walk(S::stopped, {E::gate_go, E::answered_loading, E::answered}), S::running);
  EXPECT_EQ(walk(S::stopped, {E::gate_go, E::answered, E::stop_asked}), S::stopping);
  EXPECT_EQ(walk(S::stopped, {E::gate_go, E::answered, E::stop_asked, E::stopped}), S::stopped);
}

TEST(Lifecycle, ShowsACrashLoopUntilItIsFatal_CrashLoop) {
  EXPECT_EQ(walk(S::starting, {E::exited}), S::exited);
  EXPECT_EQ(walk(S::starting, {E::exited, E::gate_backoff}), S::backoff);
  EXPECT_EQ(walk(S::starting, {E::exited, E::gate_backoff, E::gate_go}), S::starting);
  EXPECT_EQ(walk(S::starting, {E::exited, E::gate_fatal}), S::fatal);
  EXPECT_EQ(walk(S::fatal, {E::gate_go}), S::starting) << "forced, or mended";
}

TEST(Lifecycle, ShowsAMasterThatWaitsForItsSuccession) {
  EXPECT_EQ(walk(S::running, {E::exited, E::gate_wait}), S::held);
  EXPECT_EQ(walk(S::running, {E::exited, E::gate_wait, E::gate_go, E::answered}), S::running);
}

TEST(Lifecycle, ShowsAReplicaInAFullSyncAsLoading) {
  EXPECT_EQ(walk(S::running, {E::answered_loading}), S::loading);
  EXPECT_EQ(walk(S::running, {E::answered_loading, E::answered}), S::running);
}

TEST(Lifecycle, KeepsAServerThatCouldNotStop) {
  EXPECT_EQ(walk(S::running, {E::stop_asked, E::stop_refused}), S::running);
}

TEST(Lifecycle, TakesEveryEndWhileStoppingForTheOneThatWasAskedFor) {
  EXPECT_EQ(next(S::stopping, E::exited), S::stopped);
}

TEST(Lifecycle, TakesARunningServerBackFromEveryStateInWhichNoneWasKnown) {
  for (const S s : down) EXPECT_EQ(next(s, E::adopted), S::running) << name(s);
}

TEST(Lifecycle, NeverMovesALivingProcessByTheGate) {
  for (const S s : up)
    for (const E e : {E::gate_go, E::gate_wait, E::gate_backoff, E::gate_refuse, E::gate_stop, E::gate_fatal})
      EXPECT_EQ(next(s, e), s) << name(s);
}

TEST(Lifecycle, NeverWakesADeadProcessByALateReport) {
  for (const S s : down)
    for (const E e : {E::answered, E::answered_loading, E::exited, E::stopped, E::stop_refused})
      EXPECT_EQ(next(s, e), s) << name(s);
}

TEST(Lifecycle, ObeysAStopInEveryState) {
  for (const S s : down) EXPECT_EQ(next(s, E::stop_asked), S::stopped) << name(s);
  for (const S s : up) EXPECT_EQ(next(s, E::stop_asked), S::stopping) << name(s);
}

TEST(Lifecycle, CanReachEveryStateAndLeaveIt) {
  for (const S s : down) EXPECT_EQ(next(s, E::gate_go), S::starting) << name(s);
  for (const S s :
       {S::stopped, S::starting, S::loading, S::running, S::stopping, S::backoff, S::exited, S::fatal, S::held}) {
    const auto reached = std::ranges::any_of(lifecycle(), [&](const LifeRow& r) { return r.to == s && r.from != s; });
    EXPECT_TRUE(reached) << name(s);
  }
}

TEST(Lifecycle, DrawsOnlyWhatChangesTheState) {
  const auto text = lifecycle_diagram();
  EXPECT_TRUE(text.starts_with("stateDiagram-v2\n"));
  EXPECT_NE(text.find("  STARTING --> LOADING : it answers, and reads its dataset\n"), std::string::npos);
  EXPECT_EQ(text.find("RUNNING --> RUNNING"), std::string::npos);
  const auto moves = std::ranges::count_if(lifecycle(), [](const LifeRow& r) { return r.from != r.to; });
  EXPECT_EQ(std::ranges::count(text, '\n'), moves + 2);
}

}  // namespace
}  // namespace slotwarden::decide
