#include "decide/host_files.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "decide/host.h"
#include "host_evidence.h"

namespace slotwarden::decide {
namespace {

using testing::HasSubstr;
using testing::Not;

const HostFileNeeds needs{.ports = {7000, 17000}, .nofile = 11'056, .user = "redis"};

// What sysctl makes of the file; with `minimums`, when a person has uncommented those too.
void apply(const std::string& text, bool minimums, HostSeen& h) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (minimums && line.starts_with("# ") && h.kernel.contains(line.substr(2, line.find(" = ") - 2))) line.erase(0, 2);
    const auto at = line.find(" = ");
    if (line.starts_with('#') || at == line.npos || line.starts_with("net.ipv4.ip_local")) continue;
    ASSERT_TRUE(h.kernel.contains(line.substr(0, at))) << line;
    h.kernel[line.substr(0, at)] = std::stoll(line.substr(at + 3));
  }
}

TEST(HostFile, HasEverySysctlSoThatNoneIsFoundToDrift) {
  const auto text = *host_file("sysctl", HostPolicy{}, needs);
  auto h = healthy_host();
  for (const auto& s : spoils())
    if (h.kernel.contains(s.setting)) s.spoil(h);
  EXPECT_EQ(drift(h, HostPolicy{}).size(), h.kernel.size());
  apply(text, true, h);
  EXPECT_TRUE(drift(h, HostPolicy{}).empty());
  EXPECT_THAT(text, HasSubstr("net.ipv4.ip_local_reserved_ports = 7000,17000\n"));
}

TEST(HostFile, TakesNothingFromAHostThatHasMore) {
  auto h = healthy_host();
  const std::map<std::string, std::int64_t> plenty{{"vm.max_map_count", 1'048'576},
                                                   {"fs.file-max", INT64_MAX},
                                                   {"fs.nr_open", 1'073'741'816},
                                                   {"kernel.pid_max", 4'194'304},
                                                   {"kernel.threads-max", 192'730}};
  for (const auto& [setting, value] : plenty) h.kernel.at(setting) = value;
  apply(*host_file("sysctl", HostPolicy{}, needs), false, h);
  for (const auto& [setting, value] : plenty) EXPECT_EQ(h.kernel.at(setting), value) << setting;
}

TEST(HostFile, LeavesOutWhatIsOff) {
  HostPolicy p;
  p.swappiness.mode = Mode::off;
  EXPECT_THAT(*host_file("sysctl", p, needs), Not(HasSubstr("swappiness")));
}

TEST(HostFile, HasTheLimitsOfTheLargestServer) {
  EXPECT_THAT(*host_file("systemd", HostPolicy{}, needs), HasSubstr("\nLimitNOFILE=11056\n"));
  EXPECT_THAT(*host_file("limits", HostPolicy{}, needs), HasSubstr("\nredis - nofile 11056\n"));
  EXPECT_THAT(*host_file("tmpfiles", HostPolicy{}, needs), HasSubstr("/enabled - - - - never\n"));
}

// The files that packages ship are those of the shipped policy; UPDATE_DOCS=1 writes them anew.
TEST(HostFile, IsWhatThePackageShips) {
  for (const auto& [topic, file] :
       {std::pair("sysctl", "sysctl.d/90-slotwarden.conf"), {"tmpfiles", "tmpfiles.d/slotwarden-hugepages.conf"}}) {
    const std::string path = std::string(DOCS_DIR) + "/../units/" + file;
    HostFileNeeds unknown;
    unknown.nofile = 11'056;
    const auto wanted = *host_file(topic, HostPolicy{}, unknown);
    if (const char* update = std::getenv("UPDATE_DOCS"); update && std::string_view(update) == "1")
      std::ofstream(path, std::ios::trunc) << wanted;
    std::ifstream in(path);
    EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), wanted) << path;
  }
}

TEST(HostFile, KnowsItsTopicsAndNoOther) {
  for (const auto topic : host_file_topics()) EXPECT_TRUE(host_file(topic, HostPolicy{}, needs)) << topic;
  EXPECT_FALSE(host_file("everything", HostPolicy{}, needs));
}

}  // namespace
}  // namespace slotwarden::decide
