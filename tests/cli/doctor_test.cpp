#include "cli/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/captured.h"
#include "cli/obey.h"
#include "cli/small_daemon.h"

namespace slotwarden::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Finding swappiness() {
  return {"vm.swappiness",
          Port{},
          "1",
          "60",
          Severity::warning,
          "It swaps.",
          "sysctl -w vm.swappiness=1",
          Mode::enforce,
          Repair{Repair::How::kernel_file, "/proc/sys/vm/swappiness", "1"}};
}

Finding no_limit(std::uint16_t port) {
  return {"server.maxmemory",           Port{port},  "a limit",   "none", Severity::danger, "It grows.",
          "CONFIG SET maxmemory BYTES", Mode::audit, std::nullopt};
}

// A host with these findings, on which repairs are carried out.
struct Host {
  explicit Host(std::vector<Finding> all) : findings(std::move(all)) {
    g.socket = "/nonexistent/control.sock";
    g.local.look = [this](const std::string& config) {
      looked_with.push_back(config);
      control::HostReport r;
      r.findings = findings;
      r.blind = blind;
      r.servers = {{Port{7000}, Pid{12}, "storage", true}, {Port{7001}, Pid{13}, "cache", false}};
      return r;
    };
    g.local.repair = [this](const std::string&, const Repair& r) {
      diary.push_back(r.target + "=" + r.value);
      std::erase_if(findings, [&](const Finding& f) { return f.repair == r; });
      return Result<std::string>(boost::system::in_place_value, "done so");
    };
    g.local.print_file = [](const std::string&, const std::string& topic) {
      return Result<std::string>(boost::system::in_place_value, "# " + topic + "\n");
    };
    g.local.restore = [this](const std::string&, bool restore) -> Result<std::vector<control::Outcome>> {
      diary.push_back(restore ? "restore" : "enforce");
      return std::vector<control::Outcome>{{Port{}, control::Done::done, "", "60 again"}};
    };
  }
  int run(Captured& t, const std::vector<std::string>& words) { return static_cast<int>(obey(t.console, g, words)); }
  Globals g;
  std::vector<Finding> findings;
  std::vector<std::string> blind;
  std::vector<std::string> diary;
  std::vector<std::string> looked_with;
};

TEST(Doctor, EndsWithZeroOnAHostThatIsFit) {
  Host host({});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor"}), 0);
  EXPECT_THAT(t.out.str(), HasSubstr("7000 (storage), 7001 (cache, not kept by slotwarden)."));
  EXPECT_THAT(t.out.str(), HasSubstr("Everything that was looked at is as the policy wants it."));
}

TEST(Doctor, ShowsTheWorstFirstAndEndsWithFour) {
  Host host({swappiness(), no_limit(7000)});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor"}), 4);
  const auto text = t.out.str();
  EXPECT_LT(text.find("server.maxmemory"), text.find("vm.swappiness"));
  for (const auto* part :
       {"It swaps.", "fix: sysctl -w vm.swappiness=1", "host  vm.swappiness     1         60      no"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(host.diary, IsEmpty());
}

TEST(Doctor, LooksAtTheHostAndAtTheServersThatAreNamed) {
  Host host({swappiness(), no_limit(7000), no_limit(7001)});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "7001"}), 4);
  EXPECT_THAT(t.out.str(), HasSubstr("vm.swappiness"));
  EXPECT_THAT(t.out.str(), HasSubstr("danger    7001  server.maxmemory"));
  EXPECT_THAT(t.out.str(), Not(HasSubstr("7000")));
}

TEST(Doctor, TellsWhatItCouldNotSeeOfTheNamedServersOnly) {
  Host host({});
  host.blind = {"7000: it does not answer", "7001: it does not answer either", "/proc/swaps: unreadable"};
  Captured t;
  host.run(t, {"doctor", "7001"});
  EXPECT_THAT(t.out.str(), HasSubstr("7001: it does not answer either"));
  EXPECT_THAT(t.out.str(), HasSubstr("/proc/swaps: unreadable"));
  EXPECT_THAT(t.out.str(), Not(HasSubstr("7000: ")));
}

TEST(Doctor, EndsWithThreeWhereWhatWasNamedDoesNotRun) {
  Host host({});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "7000", "9999"}), 3);
  EXPECT_THAT(t.out.str(), HasSubstr("not looked at: 9999: no such server runs here"));
  EXPECT_EQ(host.run(t, {"doctor", "nobodys"}), 3);
  EXPECT_EQ(host.run(t, {"doctor", "cache", "all"}), 0);
}

TEST(Doctor, TellsWhatOnlyTheDaemonKnows) {
  SmallDaemon daemon({{"DOCTOR", control::bulk(R"({"daemon": true, "findings": [
          {"setting": "backup", "port": 7000, "expected": "a save that would load", "actual": "cut", "severity": "danger",
           "why": "It would not load.", "fix": "look at the disk"},
          {"setting": "vm.swappiness", "port": null, "expected": "1", "actual": "60", "severity": "warning",
           "why": "It swaps.", "fix": "sysctl"}]})")}});
  Host h({});
  h.g.socket = daemon.path();
  Captured t;
  EXPECT_EQ(h.run(t, {"doctor"}), 4);
  EXPECT_THAT(t.out.str(), HasSubstr("It would not load."));
  EXPECT_THAT(t.out.str(), Not(HasSubstr("vm.swappiness"))) << "that was looked at here, and is mended by now";
  Captured other;
  EXPECT_EQ(h.run(other, {"doctor", "7001"}), 0) << "another server";
}

TEST(Doctor, SpeaksJson) {
  Host host({no_limit(7000)});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "--json"}), 4);
  const auto j = control::read(t.out.str());
  ASSERT_TRUE(j);
  EXPECT_EQ((*j)["findings"][0]["setting"], "server.maxmemory");
  EXPECT_EQ((*j)["findings"][0]["port"], 7000);
  EXPECT_EQ((*j)["findings"][0]["kept"], false);
  EXPECT_EQ((*j)["daemon"], false);
}

TEST(Doctor, ChangesNothingWithoutAWord) {
  Host host({swappiness()});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "--fix"}), 4);
  EXPECT_THAT(host.diary, IsEmpty());
  EXPECT_THAT(t.err.str(), HasSubstr("--yes"));
}

TEST(Doctor, MendsWhatItCanAndSaysWhatIsLeft) {
  Host host({swappiness(), no_limit(7000)});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "--fix", "--yes"}), 4);
  EXPECT_THAT(host.diary, ElementsAre("/proc/sys/vm/swappiness=1"));
  EXPECT_THAT(t.err.str(), HasSubstr("  sysctl -w vm.swappiness=1\n"));
  EXPECT_THAT(t.err.str(), HasSubstr("1 of 2 findings are left."));
}

TEST(Doctor, CarriesOutWhatIsOnlyAuditedWhenToldToAndSaysThatItIs) {
  auto audited = swappiness();
  audited.mode = Mode::audit;
  Host host({audited});
  Captured t("yes\n");
  t.console.in_is_terminal = true;
  EXPECT_EQ(host.run(t, {"doctor", "--fix"}), 0);
  EXPECT_THAT(host.diary, ElementsAre("/proc/sys/vm/swappiness=1"));
  EXPECT_THAT(t.err.str(), HasSubstr("  sysctl -w vm.swappiness=1  (by your order: the policy only audits it)\n"));
}

TEST(Doctor, AsksOnATerminal) {
  for (const auto& [typed, code] : {std::pair("yes\n", 0), {"no\n", 4}}) {
    Host host({swappiness()});
    Captured t(typed);
    t.console.in_is_terminal = true;
    EXPECT_EQ(host.run(t, {"doctor", "--fix"}), code) << typed;
    EXPECT_EQ(host.diary.empty(), code != 0);
  }
}

TEST(Doctor, TakesTheConfigurationThatIsNamed) {
  Host host({});
  Captured t;
  EXPECT_EQ(host.run(t, {"doctor", "--config", "/srv/slotwarden.toml"}), 0);
  EXPECT_THAT(host.looked_with, ElementsAre("/srv/slotwarden.toml"));
  EXPECT_EQ(host.run(t, {"doctor", "--config"}), 2);
}

TEST(HostCommand, PrintsFilesAndRestoresWithoutADaemon) {
  Host host({});
  Captured t;
  EXPECT_EQ(host.run(t, {"host", "print", "sysctl"}), 0);
  EXPECT_EQ(t.out.str(), "# sysctl\n");
  EXPECT_EQ(host.run(t, {"host", "restore"}), 0);
  EXPECT_THAT(t.out.str(), HasSubstr("60 again"));
  EXPECT_EQ(host.run(t, {"host", "enforce"}), 0);
  EXPECT_THAT(host.diary, ElementsAre("restore", "enforce"));
}

TEST(HostCommand, RefusesWordsThatItDoesNotKnow) {
  Host host({});
  Captured t;
  for (const auto& words : {std::vector<std::string>{"host"},
                            {"host", "print"},
                            {"host", "print", "everything"},
                            {"host", "restore", "now"},
                            {"host", "destroy"}})
    EXPECT_EQ(host.run(t, words), 2);
  EXPECT_THAT(host.diary, IsEmpty());
}

}  // namespace
}  // namespace slotwarden::cli
