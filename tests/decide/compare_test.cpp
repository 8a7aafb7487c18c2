#include "decide/compare.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace slotwarden::decide {

inline std::ostream& operator<<(std::ostream& out, Relation r) {
  return out << name(r);
}

namespace {

using namespace std::chrono_literals;

Copy copy(std::string replid, std::int64_t offset) {
  Copy c;
  c.state = DatasetState::valid;
  c.replid = std::move(replid);
  c.offset = Offset{offset};
  return c;
}

Copy saved(std::int64_t unix_time, std::string shard = "s") {
  Copy c;
  c.state = DatasetState::valid;
  c.shard = std::move(shard);
  c.saved_unix = unix_time;
  return c;
}

TEST(Compare, OfOneHistoryTheLargerOffsetIsTheFresher) {
  const auto c = compare(copy("a", 500), copy("a", 200));
  EXPECT_EQ(c.relation, Relation::fresher);
  EXPECT_EQ(c.rule, "same-history");
  EXPECT_EQ(c.bytes, 300u);
  EXPECT_EQ(compare(copy("a", 200), copy("a", 500)).relation, Relation::staler);
  EXPECT_EQ(compare(copy("a", 200), copy("a", 200)).relation, Relation::same);
  EXPECT_EQ(compare(copy("a", 200), copy("a", 200)).bytes, 0u);
}

TEST(Compare, OffsetsGoBeforeTheTimeOfTheSave) {
  auto a = copy("a", 500);
  auto b = copy("a", 200);
  a.saved_unix = 100;
  b.saved_unix = 900;
  EXPECT_EQ(compare(a, b).relation, Relation::fresher);
}

TEST(Compare, APromotedServerIsFresherThanWhatItContinued) {
  auto promoted = copy("new", 900);
  promoted.replid2 = "old";
  promoted.second_offset = Offset{600};
  auto c = compare(copy("old", 550), promoted);
  EXPECT_EQ(c.relation, Relation::staler);
  EXPECT_EQ(c.rule, "earlier-history");
  EXPECT_EQ(c.bytes, 350u);
  c = compare(promoted, copy("old", 600));
  EXPECT_EQ(c.relation, Relation::fresher);
  EXPECT_EQ(compare(copy("old", 601), promoted).rule, "parted") << "it went on alone";
  EXPECT_EQ(compare(copy("old", 601), promoted).relation, Relation::unrelated);
}

TEST(Compare, TwoThatLeftOneHistoryHaveParted) {
  auto a = copy("x", 900);
  auto b = copy("y", 950);
  a.replid2 = b.replid2 = "old";
  a.second_offset = b.second_offset = Offset{600};
  EXPECT_EQ(compare(a, b).rule, "parted");
}

TEST(Compare, DifferentHistoriesOfOneShardAreToldByTime) {
  auto a = copy("x", 900);
  auto b = copy("y", 20);
  EXPECT_EQ(compare(a, b).rule, "no-common-history");
  EXPECT_EQ(compare(a, b).relation, Relation::unrelated);
  a.shard = b.shard = "s";
  EXPECT_EQ(compare(a, b).rule, "untold");
  a.saved_unix = 1000;
  b.saved_unix = 1060;
  const auto c = compare(a, b);
  EXPECT_EQ(c.relation, Relation::staler);
  EXPECT_EQ(c.rule, "by-save-time");
  EXPECT_EQ(c.time, 60s);
  EXPECT_EQ(c.bytes, std::nullopt);
}

TEST(Compare, WithoutOffsetsTheTimeOfTheSaveTells) {
  EXPECT_EQ(compare(saved(90), saved(60)).relation, Relation::fresher);
  EXPECT_EQ(compare(saved(60), saved(60)).rule, "same-time");
  EXPECT_EQ(compare(saved(90, ""), saved(60)).rule, "untold") << "of a shard that is not known";
  EXPECT_EQ(compare(saved(90, "t"), saved(60)).rule, "other-shard");
}

TEST(Compare, DamageAndIgnoranceTellNothing) {
  for (const auto state : {DatasetState::unknown, DatasetState::absent, DatasetState::truncated, DatasetState::corrupt,
                           DatasetState::foreign, DatasetState::too_new, DatasetState::unreadable}) {
    auto bad = copy("a", 900);
    bad.state = state;
    EXPECT_EQ(compare(bad, copy("a", 200)).rule, "not-whole");
    EXPECT_EQ(compare(copy("a", 200), bad).rule, "not-whole");
  }
  EXPECT_EQ(compare(saved(90, ""), copy("a", 3)).rule, "untold");
}

TEST(Compare, OfTwoThatAreEachOthersPastBelievesNeither) {
  auto a = copy("x", 900);
  auto b = copy("y", 950);
  a.replid2 = "y";
  b.replid2 = "x";
  a.second_offset = b.second_offset = Offset{1000};
  EXPECT_EQ(compare(a, b).rule, "no-common-history");
}

// Every combination of a few values of every field.
std::vector<Copy> every_copy() {
  std::vector<Copy> all;
  for (const auto state : {DatasetState::valid, DatasetState::corrupt})
    for (const auto* shard : {"", "s", "t"})
      for (const auto* replid : {"", "a", "b"})
        for (const auto& offset : {std::optional<Offset>{}, std::optional(Offset{1}), std::optional(Offset{5})})
          for (const auto* replid2 : {"", "a", "b"})
            for (const auto& second : {std::optional<Offset>{}, std::optional(Offset{3})})
              for (const auto& time :
                   {std::optional<std::int64_t>{}, std::optional<std::int64_t>{10}, std::optional<std::int64_t>{20}})
                all.push_back({state, shard, replid, offset, replid2, second, time, {}});
  return all;
}

Relation mirrored(Relation r) {
  return r == Relation::fresher ? Relation::staler : r == Relation::staler ? Relation::fresher : r;
}

TEST(PlaceInStream, IsToldByTheSameHistoryAndByTheOneThatItWentOnFrom) {
  auto master = copy("b", 900);
  EXPECT_EQ(place_in_stream(copy("b", 500), master), Offset{500});
  EXPECT_EQ(place_in_stream(copy("a", 500), master), std::nullopt) << "of nothing that is known";
  master.replid2 = "a";
  EXPECT_EQ(place_in_stream(copy("a", 500), master), std::nullopt) << "how far it went on with it is not known";
  master.second_offset = Offset{600};
  EXPECT_EQ(place_in_stream(copy("a", 500), master), Offset{500});
  EXPECT_EQ(place_in_stream(copy("a", 601), master), std::nullopt) << "it went on behind the point where they parted";
  EXPECT_EQ(place_in_stream(copy("", 500), master), std::nullopt);
  auto placeless = copy("a", 0);
  placeless.offset.reset();
  EXPECT_EQ(place_in_stream(placeless, master), std::nullopt);
}

const char* broken_law(const Copy& a, const Copy& b, const Comparison& c) {
  const bool ordered = c.relation == Relation::fresher || c.relation == Relation::staler;
  const bool one_history = a.replid == b.replid || a.replid == b.replid2 || b.replid == a.replid2;
  if (a.state != DatasetState::valid || b.state != DatasetState::valid)
    if (c.relation != Relation::unknown) return "tells something of what is not whole";
  if (ordered && !a.shard.empty() && !b.shard.empty() && a.shard != b.shard) return "orders what is of two shards";
  if (ordered && c.bytes.has_value() == c.time.has_value()) return "does not say by what it orders";
  if (c.bytes && (!one_history || a.replid.empty() || !a.offset || !b.offset)) return "compares offsets of nothing";
  if (c.time && !ordered) return "tells a difference in time of what it does not order";
  if (c.relation == Relation::same && (a.replid != b.replid || a.offset != b.offset || !a.offset))
    return "takes for the same what may differ";
  if (ordered && c.time && a.shard.empty() && a.replid.empty()) return "orders what nothing ties together";
  const auto back = compare(b, a);
  if (back.relation != mirrored(c.relation) || back.rule != c.rule || back.bytes != c.bytes || back.time != c.time)
    return "answers otherwise the other way round";
  return nullptr;
}

TEST(Compare, HoldsItsLawsForEveryPair) {
  const auto all = every_copy();
  std::set<std::string_view> seen;
  long pairs = 0;
  for (const auto& a : all)
    for (const auto& b : all) {
      const auto c = compare(a, b);
      seen.insert(c.rule);
      ++pairs;
      if (const char* law = broken_law(a, b, c))
        FAIL() << law << ": " << c.rule << ' ' << c.relation << ", a " << a.shard << '/' << a.replid << '/' << a.replid2
               << ", b " << b.shard << '/' << b.replid << '/' << b.replid2;
    }
  EXPECT_GT(pairs, 900'000);
  for (const auto& row : compare_rules()) EXPECT_TRUE(seen.contains(row.rule)) << row.rule << " never answers";
  EXPECT_EQ(seen.size(), compare_rules().size());
}

}  // namespace
}  // namespace slotwarden::decide
