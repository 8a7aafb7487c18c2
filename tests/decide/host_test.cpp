#include "decide/host.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "decide/host_rules.h"
#include "host_evidence.h"

namespace slotwarden::decide {
namespace {

HostSeen looked_at_strictly(HostSeen h) {
  for (auto& s : h.servers) enforce_all(s.policy);
  return h;
}

std::vector<std::string> settings(const std::vector<Finding>& all) {
  std::vector<std::string> names;
  for (const auto& f : all) names.push_back(f.setting);
  return names;
}

TEST(HostDrift, FindsNothingOnAHealthyHost) {
  EXPECT_EQ(settings(drift(looked_at_strictly(healthy_host()), strict())), std::vector<std::string>{});
}

TEST(HostDrift, FindsNothingWhereNothingCouldBeLearned) {
  HostSeen blind;
  blind.servers.resize(1);
  EXPECT_EQ(settings(drift(looked_at_strictly(blind), strict())), std::vector<std::string>{});
}

TEST(HostDrift, FindsEachSpoiledSettingAndOnlyThat) {
  std::set<std::string> covered;
  for (const auto& s : spoils()) {
    auto h = looked_at_strictly(healthy_host());
    s.spoil(h);
    const auto found = drift(h, strict());
    EXPECT_EQ(settings(found), std::vector<std::string>{s.setting});
    for (const auto& f : found) {
      EXPECT_FALSE(f.expected.empty() || f.actual.empty() || f.fix.empty()) << s.setting;
      EXPECT_NE(f.expected, f.actual) << s.setting;
    }
    covered.insert(s.setting);
  }
  for (const auto& rule : host_rules()) EXPECT_TRUE(covered.contains(std::string(rule.setting))) << rule.setting;
}

TEST(HostDrift, ConvergesWhereverItWasInterrupted) {
  auto spoiled = looked_at_strictly(healthy_host());
  for (const auto& s : spoils()) s.spoil(spoiled);
  const auto whole = enforced(drift(spoiled, strict()));
  EXPECT_GT(whole.size(), 20U);
  for (std::size_t survived = 0; survived <= whole.size(); ++survived) {
    auto now = spoiled;
    for (std::size_t i = 0; i < survived; ++i) carry_out(whole[i], now);
    for (const auto& r : enforced(drift(now, strict()))) carry_out(r, now);
    EXPECT_THAT(enforced(drift(now, strict())), testing::IsEmpty()) << "interrupted after " << survived;
  }
}

TEST(HostDrift, DoesNoMoreThanTheWholePolicyAllows) {
  auto h = looked_at_strictly(healthy_host());
  for (const auto& s : spoils()) s.spoil(h);
  auto p = strict();
  p.mode = Mode::audit;
  const auto found = drift(h, p);
  EXPECT_EQ(found.size(), drift(h, strict()).size());
  EXPECT_TRUE(enforced(found).empty());
  p.mode = Mode::off;
  EXPECT_TRUE(drift(h, p).empty());
}

TEST(HostDrift, LeavesOutWhatIsOff) {
  auto h = healthy_host();
  h.kernel["vm.swappiness"] = 60;
  HostPolicy p;
  p.swappiness.mode = Mode::off;
  EXPECT_TRUE(drift(h, p).empty());
}

TEST(HostDrift, RaisesTheDescriptorLimitBeforeMaxclients) {
  auto h = healthy_host();
  h.servers.resize(1);
  h.servers[0].limits->nofile = {1'024, 1'024};
  h.servers[0].settings.maxclients = 992;
  const auto writes = enforced(drift(h, HostPolicy{}));
  EXPECT_EQ(writes, (std::vector<Repair>{{Repair::How::nofile, "nofile", "11056", Port{7000}, Pid{4711}},
                                         {Repair::How::server_setting, "maxclients", "10000", Port{7000}, Pid{4711}}}));
}

TEST(HostDrift, SeesThatMaxclientsWasLoweredWhereItsFileIsNotKnown) {
  auto h = healthy_host();
  h.servers.resize(1);
  h.servers[0].maxclients_by_file.reset();
  h.servers[0].settings.maxclients = 992;
  EXPECT_TRUE(drift(h, HostPolicy{}).empty()) << "it has descriptors for more: 992 is what it was asked for";
  h.servers[0].limits->nofile = {1'024, 1'024};
  const auto found = drift(h, HostPolicy{});
  EXPECT_EQ(settings(found), std::vector<std::string>{"limits.maxclients"});
  EXPECT_TRUE(enforced(found).empty()) << "a guess is not enforced";
}

TEST(HostDrift, WantsAsMuchBacklogAsTheServersAskFor) {
  auto h = healthy_host();
  HostPolicy p;
  p.somaxconn.want = 128;
  h.kernel["net.core.somaxconn"] = 300;
  h.kernel["net.ipv4.tcp_max_syn_backlog"] = 70'000;
  EXPECT_EQ(settings(drift(h, p)), std::vector<std::string>{"net.core.somaxconn"});
}

TEST(HostDrift, AcceptsMadviseOnlyWhileTheServersLeaveHugePagesAlone) {
  auto h = healthy_host();
  EXPECT_TRUE(drift(h, HostPolicy{}).empty());
  h.servers[1].settings.disable_thp = Tri::no;
  EXPECT_EQ(settings(drift(h, HostPolicy{})), std::vector<std::string>{"transparent_hugepage.enabled"});
}

TEST(HostDrift, AddsToThePortsThatAreReservedAlready) {
  auto h = healthy_host();
  h.servers.resize(1);
  h.ephemeral = PortRange{10'000, 60'999};
  h.reserved = {{{30'000, 30'010}}};
  const auto writes = enforced(drift(h, HostPolicy{}));
  ASSERT_EQ(writes.size(), 1U);
  EXPECT_EQ(writes[0].value, "30000-30010,17000");
}

TEST(HostDrift, TakesCommandsThatWereTakenAwayOneByOneForGuarded) {
  auto h = healthy_host();
  h.servers.resize(1);
  for (const auto* guarded : {"+@all -keys -debug", "-@all +get", "+@all -@dangerous", ""}) {
    h.servers[0].default_user_commands = guarded;
    EXPECT_TRUE(drift(h, HostPolicy{}).empty()) << guarded;
  }
  h.servers[0].default_user_commands = "+@all";
  EXPECT_EQ(settings(drift(h, HostPolicy{})), std::vector<std::string>{"server.dangerous-commands"});
  h.servers[0].renames_commands = true;
  EXPECT_TRUE(drift(h, HostPolicy{}).empty());
}

TEST(HostDrift, ProposesNoChangeOfADirectoryThatOthersUse) {
  for (const auto& [path, mode] : {std::pair("/", 0755U), {"/tmp", 01777U}, {"/var/tmp", 01777U}}) {
    auto h = healthy_host();
    h.servers[0].directory->path = path;
    h.servers[0].directory->mode = mode;
    h.servers[0].directory->owner = 0;
    for (const auto& f : drift(h, HostPolicy{})) EXPECT_THAT(f.fix, testing::HasSubstr("of its own")) << f.setting;
  }
}

std::string manual() {
  std::ostringstream out;
  out << "# The settings that a host is judged by\n\n"
         "`slotwardenctl doctor` compares each of these with what it finds. The name is that of the policy files: a "
         "`server.` setting stands in the section [server] of the instance's policy, every other one in "
         "[host.toml](../policies/host.toml), where its value and its mode can be changed. "
         "[operations.md](operations.md) tells how to work with the findings. This file is written from the table in "
         "`src/decide/host_rules.h`.\n\n"
         "*danger*: data, or the service of a whole node, is at stake. *warning*: it fails under load. *advice*: it "
         "costs.\n\n"
         "| setting | severity | the accident |\n|---|---|---|\n";
  for (const auto& r : host_rules())
    out << "| `" << r.setting << "` | " << name(r.severity) << " | " << r.why << " |\n";
  return out.str();
}

TEST(host_settings_manual, IsWhatTheTableSays) {
  const std::string path = std::string(DOCS_DIR) + "/host-settings.md";
  const auto wanted = manual();
  if (const char* update = std::getenv("UPDATE_DOCS"); update && std::string_view(update) == "1")
    std::ofstream(path, std::ios::trunc) << wanted;
  std::ifstream file(path);
  std::stringstream found;
  found << file.rdbuf();
  EXPECT_TRUE(found.str() == wanted) << path
                                     << " does not say what the table says; run decide_tests with UPDATE_DOCS=1";
}

}  // namespace
}  // namespace slotwarden::decide
