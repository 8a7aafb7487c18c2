#include "decide/kept.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

const std::string history(40, 'a');
const std::string shard(40, 's');

// An hour-old copy of the whole shard.
KeptCandidate good(std::int64_t offset = 4000, std::int64_t saved = 1'000) {
  KeptCandidate c;
  c.copy.state = DatasetState::valid;
  c.copy.shard = shard;
  c.copy.replid = history;
  c.copy.offset = Offset{offset};
  c.copy.saved_unix = saved;
  c.copy.keys = 900;
  return c;
}

// A master with a thousand keys whose dump is gone.
KeptEvidence dump_lost() {
  KeptEvidence e;
  e.present.state = DatasetState::absent;
  e.record.emplace();
  e.record->state = DatasetState::valid;
  e.record->shard = shard;
  e.record->replid = history;
  e.record->offset = Offset{5000};
  e.record->keys = 1000;
  e.candidates = {good()};
  return e;
}

std::string_view rule_of(const KeptEvidence& e, std::size_t n = 0) {
  return choose_kept(e).judged.at(n).rule;
}

TEST(Kept, GoodCopyIsTaken) {
  const auto c = choose_kept(dump_lost());
  EXPECT_EQ(c.best, 0u);
  EXPECT_EQ(c.judged.at(0).rule, "kept-best");
  EXPECT_EQ(c.judged.at(0).ruling, Ruling::go);
}

TEST(Kept, DamagedCopyIsNot) {
  auto e = dump_lost();
  for (const auto state : {DatasetState::unknown, DatasetState::truncated, DatasetState::corrupt, DatasetState::foreign,
                           DatasetState::too_new, DatasetState::unreadable}) {
    e.candidates[0].copy.state = state;
    EXPECT_EQ(rule_of(e), "kept-damaged");
    EXPECT_FALSE(choose_kept(e).best);
  }
}

TEST(Kept, CopyOfAnotherShardIsNot) {
  auto e = dump_lost();
  e.candidates[0].copy.shard = std::string(40, 't');
  EXPECT_EQ(rule_of(e), "kept-stranger") << "whatever its history says";
  e.candidates[0].copy.shard.clear();
  EXPECT_EQ(rule_of(e), "kept-best") << "its history ties it to the record";
  e.candidates[0].copy.replid = std::string(40, 'b');
  EXPECT_EQ(rule_of(e), "kept-stranger");
  e.record->replid2 = std::string(40, 'b');
  EXPECT_EQ(rule_of(e), "kept-best") << "the history before the last promotion";
  e.candidates[0].copy.replid.clear();
  EXPECT_EQ(rule_of(e), "kept-stranger") << "what names no history is of none";
  e.candidates[0].ours = true;
  EXPECT_EQ(rule_of(e), "kept-best") << "this node kept it";
}

// The dump that a restore replaced is the freshest of all, and what the operator wanted to leave.
TEST(Kept, CopyThatARestoreLeftBehindIsNot) {
  auto e = dump_lost();
  e.record->replid = std::string(40, 'b');
  e.record->replid2 = history;
  e.record->second_offset = Offset{4001};
  e.candidates = {good(4000), good(4900, 2'000)};
  EXPECT_EQ(rule_of(e, 0), "kept-best") << "what it was restored to";
  EXPECT_EQ(rule_of(e, 1), "kept-parted");
  e.candidates[1].ours = true;
  EXPECT_EQ(rule_of(e, 1), "kept-parted") << "whoever kept it";
  e.record->second_offset.reset();
  EXPECT_NE(rule_of(e, 1), "kept-parted") << "how far the record's went on with it is not known";
}

TEST(Kept, WithoutARecordNothingIsTaken) {
  auto e = dump_lost();
  e.record.reset();
  e.candidates[0].ours = true;
  EXPECT_EQ(rule_of(e), "kept-stranger");
}

TEST(Kept, CopyMuchSmallerThanTheRecordIsNot) {
  auto e = dump_lost();
  e.candidates[0].copy.keys = 499;
  EXPECT_EQ(rule_of(e), "kept-small");
  e.candidates[0].copy.keys = 500;
  EXPECT_EQ(rule_of(e), "kept-best");
  e.candidates[0].copy.keys.reset();
  EXPECT_EQ(rule_of(e), "kept-small");
  e.candidates[0].copy.keys = 0;
  e.record->keys = 0;
  EXPECT_EQ(rule_of(e), "kept-small") << "an empty copy is no better than nothing";
}

TEST(Kept, CopyOverAWholeDatasetMustBeFresher) {
  auto e = dump_lost();
  e.present = good(3000).copy;
  e.present.keys = 100;
  EXPECT_EQ(rule_of(e), "kept-best");
  e.present.offset = Offset{4500};
  EXPECT_EQ(rule_of(e), "kept-staler");
  e.present.offset = Offset{4000};
  EXPECT_EQ(rule_of(e), "kept-staler");
  e.present.replid.clear();
  e.present.saved_unix.reset();
  EXPECT_EQ(rule_of(e), "kept-staler") << "nothing tells";
  e.present.keys = 0;
  EXPECT_EQ(rule_of(e), "kept-best") << "an empty one has nothing to lose";
  e.present.keys = 100;
  for (const auto state : {DatasetState::truncated, DatasetState::corrupt, DatasetState::unreadable}) {
    e.present.state = state;
    EXPECT_EQ(rule_of(e), "kept-best");
  }
}

TEST(Kept, FreshestIsTaken) {
  auto e = dump_lost();
  e.candidates = {good(3000), good(4500), good(4000), good(4900)};
  e.candidates[3].copy.state = DatasetState::corrupt;
  const auto c = choose_kept(e);
  EXPECT_EQ(c.best, 1u);
  EXPECT_EQ(c.judged[0].rule, "kept-older");
  EXPECT_EQ(c.judged[2].rule, "kept-older");
  EXPECT_EQ(c.judged[3].rule, "kept-damaged");
}

TEST(Kept, FreshestWithoutOffsetsIsTheOneThatWasSavedLast) {
  auto e = dump_lost();
  e.candidates = {good(1, 900), good(1, 1200), good(1, 1000)};
  for (auto& c : e.candidates) c.copy.offset.reset();
  EXPECT_EQ(choose_kept(e).best, 1u);
  for (auto& c : e.candidates) c.copy.saved_unix.reset();
  e.candidates[2].copy.keys = 950;
  EXPECT_EQ(choose_kept(e).best, 2u) << "or the one with the most keys";
}

TEST(Kept, AtMostOneIsTakenAndEveryOneIsJudged) {
  Table table(kept_rules());
  for (const auto state : {DatasetState::valid, DatasetState::empty, DatasetState::corrupt})
    for (const bool ours : {false, true})
      for (const auto keys : {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{0},
                              std::optional<std::uint64_t>{400}, std::optional<std::uint64_t>{900}})
        for (const auto present : {DatasetState::absent, DatasetState::empty, DatasetState::valid})
          for (const bool recorded : {false, true}) {
            auto e = dump_lost();
            if (!recorded) e.record.reset();
            e.present.state = present;
            e.candidates = {good(), good(4500), good(10)};
            e.candidates[1].copy.state = state;
            e.candidates[1].copy.keys = keys;
            e.candidates[1].ours = ours;
            const auto c = choose_kept(e);
            ASSERT_EQ(c.judged.size(), 3u);
            for (std::size_t n = 0; n < 3; ++n) {
              EXPECT_TRUE(table.has(c.judged[n]));
              EXPECT_EQ(c.judged[n].ruling == Ruling::go, c.best == n);
            }
            if (!c.best) continue;
            const auto& taken = e.candidates[*c.best].copy;
            EXPECT_TRUE(recorded);
            EXPECT_EQ(taken.state, DatasetState::valid);
            EXPECT_GE(taken.keys, 500u);
          }
}

NamedEvidence named_copy() {
  NamedEvidence e;
  e.copy = good().copy;
  e.record = dump_lost().record;
  e.sampled = 100;
  e.owned = 100;
  return e;
}

TEST(Named, WholeCopyOfTheShardIsAcceptedAlsoWhereItIsOldOrSmall) {
  EXPECT_EQ(accept(named_copy()).rule, "named-accepted");
  EXPECT_EQ(accept(named_copy()).ruling, Ruling::go);
  auto e = named_copy();
  e.copy.keys = 1;
  e.copy.offset = Offset{1};
  EXPECT_EQ(accept(e).rule, "named-accepted");
}

TEST(Named, NothingIsExchangedUnderARunningServer) {
  auto e = named_copy();
  e.runs = true;
  EXPECT_EQ(accept(e).rule, "named-running");
}

TEST(Named, WhatTheServerWouldNotLoadIsRefused) {
  auto e = named_copy();
  for (const auto state : {DatasetState::unknown, DatasetState::absent, DatasetState::truncated, DatasetState::corrupt,
                           DatasetState::foreign, DatasetState::too_new, DatasetState::unreadable}) {
    e.copy.state = state;
    EXPECT_EQ(accept(e).rule, "named-damaged");
  }
}

TEST(Named, EmptinessIsRefusedWhereThereWereKeys) {
  auto e = named_copy();
  e.copy.keys = 0;
  EXPECT_EQ(accept(e).rule, "named-empty");
  e.copy.state = DatasetState::empty;
  EXPECT_EQ(accept(e).rule, "named-empty");
  e.record->keys = 0;
  EXPECT_EQ(accept(e).rule, "named-accepted");
}

TEST(Named, AnotherShardsCopyIsRefused) {
  auto e = named_copy();
  e.owned = 49;
  EXPECT_EQ(accept(e).rule, "named-other-shard");
  e.owned = 50;
  EXPECT_EQ(accept(e).rule, "named-accepted") << "half of its slots may have moved since";
  e.copy.shard = std::string(40, 't');
  EXPECT_EQ(accept(e).rule, "named-other-shard") << "its note says so";
  e.ours = true;
  EXPECT_EQ(accept(e).rule, "named-accepted") << "this node kept it, in whatever shard it was then";
  e.ours = false;
  e.record.reset();
  EXPECT_EQ(accept(e).rule, "named-accepted") << "without a record nothing contradicts it";
}

}  // namespace
}  // namespace slotwarden::decide
