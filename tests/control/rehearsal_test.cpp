#include "control/rehearsal.h"

#include <gtest/gtest.h>

#include "control/backups.h"

namespace slotwarden::control {
namespace {

Rehearsed both() {
  Rehearsed r;
  r.proven = Proof{"a.rdb", std::string(64, 'f'), 1003, 1'795'000'000'123, 840, 12_MiB};
  r.failed = Unproven{"b.rdb", 1'795'000'100'000, "rehearsal-short", "12 keys are in the file, 11 were loaded"};
  return r;
}

TEST(Rehearsal, IsRememberedAsItWas) {
  for (const auto& r : {both(), Rehearsed{}, Rehearsed{both().proven, {}}, Rehearsed{{}, both().failed}}) {
    const auto again = rehearsed_from_json(*read(rehearsed_text(r)));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(*again, r);
  }
}

TEST(Rehearsal, IsToldWithTheBackups) {
  PortBackups b;
  b.port = Port{7000};
  b.rehearsed = both();
  const auto again = backups_from_json(to_json(std::vector{b}));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->front().rehearsed, both());
}

TEST(Rehearsal, LeavesADoubtOnlyWhenTheLastOneFailed) {
  auto r = both();
  EXPECT_TRUE(r.doubtful());
  r.proven->at_unix_ms = r.failed->at_unix_ms + 1;
  EXPECT_FALSE(r.doubtful());
  Rehearsed never_failed;
  never_failed.proven = r.proven;
  EXPECT_FALSE(never_failed.doubtful());
  EXPECT_FALSE(Rehearsed{}.doubtful());
}

TEST(Rehearsal, ThatIsDamagedIsNone) {
  EXPECT_FALSE(rehearsed_from_json(*read(R"({"proven": {"keys": "many"}})")));
  EXPECT_FALSE(rehearsed_from_json(*read("[]")));
}

}  // namespace
}  // namespace slotwarden::control
