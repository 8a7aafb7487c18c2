#include "decide/adopt.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

const ProcessIdentity ours{Pid{4711}, 123'456, "boot-1"};
const NodeId other_node{"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"};

// A server that was left running by an earlier daemon.
AdoptEvidence surviving_server() {
  AdoptEvidence e;
  e.remembered = ours;
  e.found = ours;
  e.listener = ours.pid;
  e.recorded_node = dead_master;
  e.file_node = dead_master;
  e.answered_node = dead_master;
  return e;
}

TEST(Adopt, TakesBackTheServerThatSurvivedItsDaemon) {
  const auto v = adopt(surviving_server());
  EXPECT_EQ(v.verdict.rule, "ours");
  EXPECT_EQ(v.adoption, Adoption::ours);
}

TEST(Adopt, KnowsNothingFromNoEvidence) {
  EXPECT_EQ(adopt({}).adoption, Adoption::unknown);
  EXPECT_EQ(adopt({}).verdict.rule, "listener-unknown");
}

TEST(Adopt, SeesAFreePort) {
  AdoptEvidence e;
  e.listener = Pid{0};
  EXPECT_EQ(adopt(e).verdict.rule, "no-memory");
  EXPECT_EQ(adopt(e).adoption, Adoption::gone);
}

TEST(Adopt, DoesNotTouchAServerThatItDoesNotRemember_PortTakenByAForeignProcess) {
  AdoptEvidence e;
  e.listener = Pid{99};
  EXPECT_EQ(adopt(e).verdict.rule, "unknown-server");
  EXPECT_EQ(adopt(e).adoption, Adoption::stranger);
}

TEST(Adopt, SeesThatTheServerIsGone) {
  auto e = surviving_server();
  e.found.reset();
  e.listener = Pid{0};
  EXPECT_EQ(adopt(e).verdict.rule, "gone");
  EXPECT_EQ(adopt(e).adoption, Adoption::gone);
  e.listener = Pid{99};
  EXPECT_EQ(adopt(e).adoption, Adoption::stranger);
  e.listener.reset();
  EXPECT_EQ(adopt(e).adoption, Adoption::unknown);
}

TEST(Adopt, IsNotFooledByAReusedPid) {
  auto e = surviving_server();
  e.found->start_ticks += 1;
  EXPECT_EQ(adopt(e).adoption, Adoption::stranger) << "that process has the pid and the port, and is another one";
  e.listener = Pid{0};
  EXPECT_EQ(adopt(e).verdict.rule, "gone");
}

TEST(Adopt, IsNotFooledByARebootedHost) {
  auto e = surviving_server();
  e.found->boot_id = "boot-2";
  e.listener = Pid{0};
  EXPECT_EQ(adopt(e).verdict.rule, "gone");
}

TEST(Adopt, RefusesWhenAnotherProcessHasThePort) {
  auto e = surviving_server();
  e.listener = Pid{99};
  EXPECT_EQ(adopt(e).verdict.rule, "wrong-port");
  EXPECT_EQ(adopt(e).adoption, Adoption::stranger);
}

TEST(Adopt, RefusesWhenItIsAnotherNode) {
  auto e = surviving_server();
  e.answered_node = other_node;
  EXPECT_EQ(adopt(e).verdict.rule, "wrong-node");
  e.answered_node = {};
  e.file_node = other_node;
  EXPECT_EQ(adopt(e).verdict.rule, "wrong-node");
  e.listener = Pid{0};
  EXPECT_EQ(adopt(e).verdict.rule, "wrong-node");
}

TEST(Adopt, TakesAServerThatHasNotListenedYet) {
  auto e = surviving_server();
  e.listener = Pid{0};
  e.answered_node = {};
  EXPECT_EQ(adopt(e).verdict.rule, "starting");
  EXPECT_EQ(adopt(e).adoption, Adoption::ours);
}

TEST(Adopt, TakesAnAnswerForThePortWhereTheListenerCannotBeRead) {
  auto e = surviving_server();
  e.listener.reset();
  EXPECT_EQ(adopt(e).adoption, Adoption::ours);
  e.answered_node = {};
  EXPECT_EQ(adopt(e).adoption, Adoption::unknown);
}

TEST(Adopt, NeverTakesAServerWhileAnyKnownIdentityDiffers) {
  auto later = ours;
  later.start_ticks = 999;
  const std::optional<ProcessIdentity> processes[] = {std::nullopt, ours, later};
  const std::optional<Pid> listeners[] = {std::nullopt, Pid{0}, ours.pid, Pid{99}};
  const NodeId nodes[] = {{}, dead_master, other_node};
  Table table(adopt_rules());
  for (const auto& remembered : processes)
    for (const auto& found : processes)
      for (const auto& listener : listeners)
        for (const auto& recorded : nodes)
          for (const auto& file : nodes)
            for (const auto& answered : nodes) {
              const AdoptEvidence e{remembered, found, listener, recorded, file, answered};
              const auto v = adopt(e);
              ASSERT_TRUE(table.has(v.verdict));
              ASSERT_EQ(v.adoption == Adoption::stranger, v.verdict.ruling == Ruling::refuse);
              ASSERT_EQ(v.adoption == Adoption::unknown, v.verdict.ruling == Ruling::wait);
              if (v.adoption != Adoption::ours) continue;
              ASSERT_TRUE(remembered && found == remembered);
              ASSERT_TRUE(!listener || !*listener || *listener == remembered->pid);
              const auto& says = answered.known() ? answered : file;
              ASSERT_TRUE(!recorded.known() || !says.known() || says == recorded);
            }
}

}  // namespace
}  // namespace slotwarden::decide
