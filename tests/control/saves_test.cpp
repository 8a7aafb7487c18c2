#include "control/saves.h"

#include <gtest/gtest.h>

namespace slotwarden::control {
namespace {

SavesReply reply() {
  SavesReply r;
  r.memory = {{"host", 8_GiB, 1_GiB, 100_MiB}};
  r.pressure_percent = 3;
  r.leases = 2;
  SaveLine s;
  s.port = Port{7000};
  s.policy = "storage";
  s.rule = "due";
  s.because = "It is the most overdue.";
  s.may_fork = true;
  s.kind = "save";
  s.age_ms = 60'000;
  s.changes = 12;
  s.predicted = 30_MiB;
  s.urgency = 1.25;
  s.failures = 1;
  s.taken_over = true;
  s.running = RunningFork{"save", true, true, 40, 2'000, 3'000, 10_MiB, 30_MiB};
  s.last = "saved";
  s.last_unix_ms = 1'795'248'106'000;
  r.saves = {s, {}};
  r.syncs = {{Port{7001}, 2, 4'000, "sync-turn", "Others send.", "Ends with them."}};
  return r;
}

TEST(Saves, AreTheSameWhenReadBack) {
  const auto j = to_json(reply());
  const auto back = saves_from_json(j);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(to_json(*back), j);
  EXPECT_EQ(back->saves[0].running->eta_ms, 3'000);
  EXPECT_EQ(back->saves[0].urgency, 1.25);
  EXPECT_EQ(back->saves[0].last_unix_ms, 1'795'248'106'000);
  EXPECT_FALSE(back->saves[1].running);
}

TEST(Saves, OfAnotherFormAreRefused) {
  for (const auto* text : {R"([])", R"({"saves": 7})", R"({"saves": [{"port": "x"}]})",
                           R"({"saves": [{"port": 1, "running": 7}]})", R"({"memory": [7]})"})
    EXPECT_FALSE(saves_from_json(*read(text))) << text;
}

}  // namespace
}  // namespace slotwarden::control
