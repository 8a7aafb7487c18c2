#include "cli/backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured.h"
#include "cli/obey.h"
#include "cli/print.h"

namespace slotwarden::cli {
namespace {

using ::testing::HasSubstr;

control::PortVerification one(DatasetState s) {
  control::VerifiedGeneration g;
  g.copy.name = "20261121T110128Z-3keys\x1b[2J.rdb";
  g.copy.keys = 3;
  g.noted = true;
  g.state = s;
  g.detail = s == DatasetState::valid ? "" : "it ends in the middle of a key";
  control::PortVerification p;
  p.port = Port{7000};
  p.enabled = true;
  p.copies.push_back(std::move(g));
  return p;
}

int verify(Captured& t, control::PortVerification found, std::vector<std::string> words) {
  Globals g;
  g.local.verify_backups = [&](const std::string&, const std::vector<std::string>&, const Local::Watcher& watcher) {
    watcher(1, 2);
    return Result<std::vector<control::PortVerification>>(std::vector{found});
  };
  return static_cast<int>(obey(t.console, g, words));
}

TEST(BackupsVerify, NamesEachBadOneWithWhatIsWrongAndWhatToDo) {
  Captured t;
  EXPECT_EQ(verify(t, one(DatasetState::truncated), {"backups", "verify", "7000"}), 4);
  for (const auto* part : {"truncated", "it ends in the middle of a key", "slotwardenctl save 7000 --now"})
    EXPECT_THAT(t.out.str(), HasSubstr(part));
  EXPECT_EQ(t.out.str().find('\x1b'), std::string::npos);
}

TEST(BackupsVerify, EndsWithZeroWhenAllAreGood) {
  Captured t;
  EXPECT_EQ(verify(t, one(DatasetState::valid), {"backups", "verify"}), 0);
  EXPECT_THAT(t.out.str(), HasSubstr("valid"));
}

TEST(BackupsVerify, SpeaksJson) {
  Captured t;
  EXPECT_EQ(verify(t, one(DatasetState::corrupt), {"backups", "verify", "all", "--json"}), 4);
  EXPECT_EQ(control::read(t.out.str())->at(0)["copies"][0]["state"], "corrupt");
}

TEST(BackupsExport, TellsWhereItIsAndWhatEachFileHolds) {
  Captured t;
  Globals g;
  std::string asked;
  g.local.export_backup = [&](const std::string&, Port port, const std::string& generation,
                              const std::string& directory, const Local::Watcher&) {
    asked = std::to_string(port.n) + " " + generation + " " + directory;
    control::Exported e;
    e.port = port;
    e.generation = generation;
    e.directory = directory + "/7000-a";
    e.keys = 3;
    e.files.push_back({"a.rdb", Bytes{12}, std::string(64, 'f')});
    return Result<control::Exported>(e);
  };
  const std::vector<std::string> words{"backups", "export", "7000", "a.rdb", "/off-site"};
  EXPECT_EQ(obey(t.console, g, words), control::ExitCode::done);
  EXPECT_EQ(asked, "7000 a.rdb /off-site");
  for (const auto* part : {"/off-site/7000-a", "3 keys", "sha256sum -c", "ffff"})
    EXPECT_THAT(t.out.str(), HasSubstr(part));
}

TEST(BackupsExport, FailsWithTheSentence) {
  Captured t;
  Globals g;
  g.local.export_backup = [](const std::string&, Port, const std::string&, const std::string&, const Local::Watcher&) {
    return Result<control::Exported>(
        Error{"cannot open the directory /off-site; make it, or mount what belongs there"});
  };
  const std::vector<std::string> words{"backups", "export", "7000", "a.rdb", "/off-site"};
  EXPECT_EQ(obey(t.console, g, words), control::ExitCode::failed);
  EXPECT_THAT(t.err.str(), HasSubstr("make it, or mount"));
}

TEST(Backups, TellWhatWasProvenAndHowLongAgo) {
  Captured t;
  control::PortBackups b;
  b.port = Port{7000};
  b.enabled = true;
  Proof p;
  p.generation = "a.rdb";
  p.keys = 1003;
  p.at_unix_ms = 1'795'000'000'000;
  p.loaded_ms = 2'500;
  p.memory = 12_MiB;
  b.rehearsed.proven = p;
  const std::vector all{b};
  print(t.console, all, p.at_unix_ms + 3 * 3'600'000);
  for (const auto* part : {"proven 3h", "a.rdb", "1003 keys", "loaded in 2.5 s", "12.0 MiB"})
    EXPECT_THAT(t.out.str(), HasSubstr(part));
  Unproven u;
  u.generation = "b.rdb";
  u.at_unix_ms = p.at_unix_ms + 1;
  u.rule = "rehearsal-short";
  b.rehearsed.failed = u;
  Captured after;
  const std::vector doubtful{b};
  print(after.console, doubtful, p.at_unix_ms + 3 * 3'600'000);
  EXPECT_THAT(after.out.str(), HasSubstr("not proven 2h59m ago: b.rdb: rehearsal-short"));
}

}  // namespace
}  // namespace slotwarden::cli
