// May a generation be loaded in a server of its own now, and what does that prove?
#include "decide/rehearsal.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

// A host with a gigabyte to spare, of which a tenth is to stay.
RehearsalEvidence roomy_host() {
  RehearsalEvidence e;
  e.predicted = 500_MiB;
  e.memory = std::vector<MemoryDomain>{{"host", 1000_MiB, 100_MiB}};
  e.domains = {0};
  return e;
}

TEST(Rehearsal, BeginsWhereItFits) {
  EXPECT_EQ(may_rehearse(roomy_host()).rule, "rehearsal-fits");
}

TEST(Rehearsal, IsOneAtATime) {
  auto e = roomy_host();
  e.another = true;
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-another");
}

TEST(Rehearsal, BeginsNothingThatItKnowsTooLittleAbout) {
  auto e = roomy_host();
  e.memory.reset();
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-blind");
  e = roomy_host();
  e.domains.clear();
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-blind");
  e = roomy_host();
  e.predicted.reset();
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-size-unknown");
}

TEST(Rehearsal, LeavesTheReserveAlone) {
  auto e = roomy_host();
  e.predicted = 900_MiB;
  EXPECT_EQ(may_rehearse(e).ruling, Ruling::go);
  e.predicted = 901_MiB;
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-no-memory");
}

TEST(Rehearsal, LeavesWhatAForkIsStillToCopyAlone) {
  auto e = roomy_host();
  ForkUnderWay fork;
  fork.port = Port{7001};
  fork.predicted = 600_MiB;
  fork.cow = 150_MiB;
  fork.domains = {0};
  e.forks = {fork};
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-no-memory") << "450 of 900 MiB are promised";
  e.forks.front().cow = 250_MiB;
  EXPECT_EQ(may_rehearse(e).ruling, Ruling::go);
}

TEST(Rehearsal, FitsIntoEachGroupThatItIsIn) {
  auto e = roomy_host();
  e.memory->push_back({"/slotwarden.slice", 400_MiB, 20_MiB});
  EXPECT_EQ(may_rehearse(e).ruling, Ruling::go) << "it is not in that one";
  e.domains = {0, 1};
  EXPECT_EQ(may_rehearse(e).rule, "rehearsal-no-memory");
}

TEST(Rehearsal, IsEndedFirstWhenMemoryGetsShort) {
  auto e = roomy_host();
  EXPECT_EQ(rehearsal_goes_on(e).ruling, Ruling::go);
  e.memory->front().available = 99_MiB;
  EXPECT_EQ(rehearsal_goes_on(e).rule, "rehearsal-squeezed");
  e.memory.reset();
  EXPECT_EQ(rehearsal_goes_on(e).rule, "rehearsal-squeezed") << "unknown is never yes";
}

TEST(RehearsalSize, IsThatOfTheHeaderAndAMargin) {
  EXPECT_EQ(rehearsal_size(100_MiB, 300_MiB, 25), Bytes{(100_MiB).n + (100_MiB).n / 100 * 25});
  EXPECT_EQ(rehearsal_size(std::nullopt, 300_MiB, 0), 300_MiB);
  EXPECT_EQ(rehearsal_size(Bytes{0}, 300_MiB, 0), 300_MiB);
  EXPECT_EQ(rehearsal_size(std::nullopt, std::nullopt, 25), std::nullopt);
  EXPECT_EQ(rehearsal_size(std::nullopt, Bytes{0}, 25), std::nullopt);
}

DatabaseKeys database(std::uint64_t number, std::uint64_t keys, std::uint64_t with_expiry = 0) {
  DatabaseKeys d;
  d.number = number;
  d.keys = keys;
  d.with_expiry = with_expiry;
  return d;
}

RehearsedEvidence loaded_well() {
  RehearsedEvidence e;
  e.state = DatasetState::valid;
  e.noted_keys = 13;
  e.in_file = {database(0, 10, 2), database(9, 3)};
  e.loaded = true;
  e.loaded_keys = std::vector{database(0, 10, 2), database(9, 3)};
  return e;
}

TEST(Rehearsed, IsProvenByTheCount) {
  EXPECT_EQ(rehearsed(loaded_well()).rule, "proven");
}

TEST(Rehearsed, DoesNotMissWhatHasExpired) {
  auto e = loaded_well();
  e.loaded_keys = std::vector{database(0, 8), database(9, 3)};
  EXPECT_EQ(rehearsed(e).rule, "proven");
  e.loaded_keys = std::vector{database(0, 7), database(9, 3)};
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-short");
}

TEST(Rehearsed, ComparesDatabaseByDatabase) {
  auto e = loaded_well();
  e.loaded_keys = std::vector{database(0, 10)};
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-short") << "database 9 is missing";
  e.loaded_keys = std::vector{database(0, 10), database(1, 3)};
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-short") << "they are in another one";
  e.loaded_keys = std::vector{database(0, 10), database(1, 1), database(9, 3)};
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-short") << "nobody knows this one";
  e.loaded_keys = std::vector{database(0, 11), database(9, 3)};
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-short") << "more than the file holds";
}

TEST(Rehearsed, IsNotProvenByAnythingLess) {
  auto e = loaded_well();
  e.loaded = false;
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-not-loaded");
  e = loaded_well();
  e.loaded_keys.reset();
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-uncounted");
  e = loaded_well();
  e.noted_keys = 14;
  EXPECT_EQ(rehearsed(e).rule, "rehearsal-note-differs");
  for (const auto s : {DatasetState::corrupt, DatasetState::truncated, DatasetState::empty, DatasetState::absent,
                       DatasetState::foreign, DatasetState::too_new, DatasetState::unreadable}) {
    e = loaded_well();
    e.state = s;
    EXPECT_EQ(rehearsed(e).rule, "rehearsal-altered") << name(s);
  }
  e.state = DatasetState::unknown;
  EXPECT_EQ(rehearsed(e).ruling, Ruling::wait);
}

}  // namespace
}  // namespace slotwarden::decide
