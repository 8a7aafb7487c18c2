#include "cli/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured.h"
#include "cli/obey.h"

namespace slotwarden::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

control::Inspection good() {
  control::Inspection i;
  i.what = "/backup/dump.rdb";
  i.dataset.state = DatasetState::valid;
  i.dataset.file = i.what;
  i.dataset.size = Bytes{2'500'000};
  i.dataset.keys = 3;
  i.dataset.keys_with_expiry = 1;
  i.dataset.writer = "redis 7.0.15";
  DumpContents c;
  c.checksum = Checksum::matches;
  c.sum_found = 0xabc;
  DatabaseKeys database;
  database.keys = 3;
  database.with_expiry = 1;
  c.databases.push_back(database);
  c.of_kind[static_cast<std::size_t>(ValueKind::hash)] = 3;
  BigKey big;
  big.name = "k\x1b[2J";
  big.name_length = 5;
  big.kind = ValueKind::hash;
  c.biggest.push_back(big);
  i.contents = c;
  return i;
}

int run(Captured& t, const control::Inspection& found, std::vector<std::string> words) {
  Globals g;
  g.local.inspect_dump = [&](const std::string&, std::size_t, const Local::Watcher&) {
    return Result<control::Inspection>(found);
  };
  g.local.inspect_dataset = [&](const std::string&, Port, std::size_t, const Local::Watcher&) {
    return Result<control::Inspection>(found);
  };
  return static_cast<int>(obey(t.console, g, words));
}

TEST(Inspect, SaysWhatAValidDumpHolds) {
  Captured t;
  EXPECT_EQ(run(t, good(), {"inspect", "dump", "/backup/dump.rdb"}), 0);
  for (const auto* part : {"/backup/dump.rdb: valid", "2.4 MiB", "3, 1 of them with an expiry", "redis 7.0.15",
                           "0000000000000abc, matches"})
    EXPECT_THAT(t.out.str(), HasSubstr(part));
  EXPECT_THAT(t.out.str(), Not(HasSubstr("DATABASE  KEYS")));
}

TEST(Inspect, ListsTypesWhenAskedAndLetsNoKeySteerTheTerminal) {
  Captured t;
  EXPECT_EQ(run(t, good(), {"inspect", "dump", "x", "--keys", "--biggest", "1"}), 0);
  EXPECT_THAT(t.out.str(), HasSubstr("DATABASE  KEYS  WITH EXPIRY"));
  EXPECT_THAT(t.out.str(), HasSubstr("hash    3"));
  EXPECT_EQ(t.out.str().find('\x1b'), std::string::npos);
}

TEST(Inspect, EndsWithFourForWhatIsNotValidAndWithOneForWhatCannotBeRead) {
  for (const auto& [state, dump, dataset] : {std::tuple{DatasetState::empty, 4, 4},
                                             {DatasetState::truncated, 4, 4},
                                             {DatasetState::corrupt, 4, 4},
                                             {DatasetState::foreign, 4, 4},
                                             {DatasetState::too_new, 4, 4},
                                             {DatasetState::unknown, 4, 4},
                                             {DatasetState::unreadable, 1, 1},
                                             {DatasetState::absent, 1, 4}}) {
    auto found = good();
    found.dataset.state = state;
    Captured t;
    EXPECT_EQ(run(t, found, {"inspect", "dump", "x"}), dump) << name(state);
    EXPECT_EQ(run(t, found, {"inspect", "dataset", "7000"}), dataset) << name(state);
  }
}

TEST(Inspect, SpeaksJsonWhateverAKeysNameHolds) {
  auto found = good();
  found.contents->biggest[0].name = "\xff\xfe";
  Captured t;
  EXPECT_EQ(run(t, found, {"inspect", "dump", "x", "--json"}), 0);
  const auto j = control::read(t.out.str());
  ASSERT_TRUE(j);
  EXPECT_EQ((*j)["state"], "valid");
  EXPECT_EQ((*j)["contents"]["types"]["hash"], 3);
}

}  // namespace
}  // namespace slotwarden::cli
