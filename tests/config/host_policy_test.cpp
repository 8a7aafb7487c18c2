// The host's own policy: files named host.toml.
#include <gmock/gmock.h>

#include "config/load.h"
#include "texts.h"

namespace slotwarden::config {
namespace {

Loaded load_host(const std::string& text, const std::string& below = "") {
  std::vector<SourceFile> files{{"/etc/slotwarden/policies/host.toml", text}};
  if (!below.empty()) files.push_back({"/usr/share/slotwarden/policies/host.toml", below});
  return load({}, files);
}

TEST(HostPolicyFile, ChangesOneValueAndKeepsTheRest) {
  const auto loaded = load_host("vm.swappiness.want = 0\n[net.core]\nsomaxconn = { want = 1024, mode = \"audit\" }\n");
  ASSERT_EQ(printed(loaded.problems), "");
  const auto& p = loaded.config.host_policy;
  EXPECT_EQ(p.swappiness, (WantedNumber{0, Mode::enforce}));
  EXPECT_EQ(p.somaxconn, (WantedNumber{1024, Mode::audit}));
  EXPECT_EQ(p.overcommit_memory, (WantedNumber{1, Mode::enforce}));
}

TEST(HostPolicyFile, OverridesTheOneOfThePackage) {
  const auto loaded = load_host("vm.swappiness.want = 0\n", "vm.swappiness.want = 10\nfs.nr_open.want = 4096\n");
  ASSERT_EQ(printed(loaded.problems), "");
  EXPECT_EQ(loaded.config.host_policy.swappiness.want, 0);
  EXPECT_EQ(loaded.config.host_policy.nr_open.want, 4096);
}

TEST(HostPolicyFile, SuggestsTheNameThatWasMeant) {
  const auto loaded = load_host("vm.swapiness = { want = 0 }\n");
  EXPECT_EQ(printed(loaded.problems),
            "/etc/slotwarden/policies/host.toml:1: unknown section \"swapiness\" in [vm]; did you mean "
            "\"swappiness\"?\n");
}

TEST(HostPolicyFile, SaysWhatAModeIs) {
  const auto loaded = load_host("mode = \"enforced\"\n");
  EXPECT_THAT(printed(loaded.problems),
              testing::HasSubstr("mode = \"enforced\" is not a mode; did you mean \"enforce\"?"));
}

TEST(HostPolicyFile, WithAMistakeLeavesTheHostAlone) {
  const auto loaded = load_host("vm.overcommit_memory.want = 3\n");
  EXPECT_THAT(printed(loaded.problems), testing::HasSubstr("vm.overcommit_memory.want"));
  EXPECT_EQ(loaded.config.host_policy.mode, Mode::off);
  EXPECT_TRUE(loaded.host_sound) << "supervision must go on";
}

TEST(HostPolicyFile, IsNoPolicyOfInstances) {
  EXPECT_FALSE(load_host("mode = \"audit\"\n").config.policies.contains("host"));
}

}  // namespace
}  // namespace slotwarden::config
