#include "decide/arrival.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace slotwarden::decide {
namespace {

const std::string history(40, '1');

Copy copy(std::int64_t offset, std::uint64_t keys) {
  Copy c;
  c.state = DatasetState::valid;
  c.shard = "shard";
  c.replid = history;
  c.offset = Offset{offset};
  c.saved_unix = 1'000 + offset;
  c.keys = keys;
  return c;
}

// A fresher copy for a running master that would load its dump. Each test spoils one fact.
ArrivalEvidence for_a_master() {
  ArrivalEvidence e;
  e.copy = copy(200, 1000);
  e.record = copy(250, 1000);
  e.runs = true;
  e.master = true;
  e.reads_dump = Tri::yes;
  e.present = copy(100, 900);
  e.serving = copy(260, 1000);
  return e;
}

TEST(Arrival, GoesInPlaceOfAnOlderDump) {
  const auto v = arrival(for_a_master());
  EXPECT_EQ(v.arrival, Arrival::in_place);
  EXPECT_EQ(v.verdict.rule, "arrival-fresher");
}
TEST(Arrival, GoesInPlaceWhereThereIsNothing) {
  auto e = for_a_master();
  e.present = Copy{};
  e.present.state = DatasetState::absent;
  EXPECT_EQ(arrival(e).arrival, Arrival::in_place);
}
TEST(Arrival, NeverTakesThePlaceOfAFresherDump) {
  auto e = for_a_master();
  e.present = copy(240, 1000);
  EXPECT_EQ(arrival(e).arrival, Arrival::beside);
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-staler");
  e.present = copy(200, 1000);
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-staler");
}
TEST(Arrival, IsRefusedWhenItIsDamagedOrNotWhatWasSent) {
  auto e = for_a_master();
  e.copy.state = DatasetState::truncated;
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-damaged");
  e = for_a_master();
  e.changed = true;
  EXPECT_EQ(arrival(e).arrival, Arrival::refused);
}
TEST(Arrival, IsRefusedWhenItIsAnotherShards) {
  auto e = for_a_master();
  e.copy.shard = "another";
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-stranger");
  e.record.reset();
  EXPECT_EQ(arrival(e).arrival, Arrival::refused);
}
TEST(Arrival, IsKnownWhereItWasKeptBefore) {
  auto e = for_a_master();
  e.same_as_present = true;
  EXPECT_EQ(arrival(e).arrival, Arrival::known);
  e = for_a_master();
  e.kept_already = true;
  e.present = copy(240, 1000);
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-known");
}
TEST(Arrival, StaysBesideWhatItMayNotReplace) {
  auto e = for_a_master();
  e.copy.keys = 10;
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-small");
  e = for_a_master();
  e.runs = false;
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-down");
  e = for_a_master();
  e.master = false;
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-replica");
  for (const auto reads : {Tri::no, Tri::unknown}) {
    e = for_a_master();
    e.reads_dump = reads;
    EXPECT_EQ(arrival(e).verdict.rule, "arrival-aof");
    EXPECT_EQ(arrival(e).arrival, Arrival::beside);
  }
}

TEST(Arrival, NeverBringsBackWhatWasLeftByARestore) {
  auto e = for_a_master();
  e.serving.replid = std::string(40, '2');
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-parted") << "of a history that the server has no part in";
  e.serving.replid2 = history;
  e.serving.second_offset = Offset{150};
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-parted") << "restored to an earlier moment of this history";
  EXPECT_EQ(arrival(e).arrival, Arrival::beside);
  e.serving.second_offset = Offset{200};
  EXPECT_EQ(arrival(e).arrival, Arrival::in_place) << "started with this very moment, or a later one";
  e.serving = Copy{};
  EXPECT_EQ(arrival(e).verdict.rule, "arrival-parted") << "not known";
}

// The law, over all that can be: nothing goes in place unless it is whole, unchanged, of the shard, a moment of
// what the server holds, and shown to be fresher than a whole dump with keys.
TEST(Arrival, NeverLosesAnything) {
  std::set<std::string_view> seen;
  for (int bits = 0; bits < 512; ++bits)
    for (const auto state : {DatasetState::valid, DatasetState::empty, DatasetState::corrupt, DatasetState::unknown})
      for (const std::int64_t there : {0, 100, 200, 300}) {
        auto e = for_a_master();
        e.copy.state = state;
        if (state == DatasetState::empty) e.copy.keys = 0;
        e.changed = bits & 1;
        e.runs = !(bits & 2);
        e.master = !(bits & 4);
        e.reads_dump = bits & 8 ? Tri::unknown : Tri::yes;
        e.kept_already = bits & 16;
        e.same_as_present = bits & 32;
        if (bits & 64) e.copy.shard = "another";
        if (bits & 128) e.copy.keys = 1;
        if (bits & 256) e.serving.replid = std::string(40, '2');
        e.present = copy(there, 900);
        if (there == 0) e.present = Copy{};
        const auto v = arrival(e);
        seen.insert(v.verdict.rule);
        if (v.arrival != Arrival::in_place) continue;
        EXPECT_TRUE(state == DatasetState::valid && !(bits & (1 | 2 | 4 | 8 | 32 | 64 | 128 | 256))) << bits;
        EXPECT_LE(there, 100);
      }
  EXPECT_EQ(seen.size(), arrival_rules().size());
}

}  // namespace
}  // namespace slotwarden::decide
