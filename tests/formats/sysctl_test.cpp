#include "formats/sysctl.h"

#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

TEST(SysctlNumber, IsTheWholeTextOrNothing) {
  EXPECT_EQ(*sysctl_number("4096\n"), 4096);
  EXPECT_EQ(*sysctl_number("9223372036854775807\n"), INT64_MAX);
  for (const auto* bad : {"", "\n", "4096 \n", "4096\n\n", "0x10\n", "4096\t8192\n", "18446744073709551616\n"})
    EXPECT_FALSE(sysctl_number(bad)) << bad;
}

TEST(ChosenWord, IsTheOneInBrackets) {
  EXPECT_EQ(*chosen_word("always [madvise] never\n"), "madvise");
  EXPECT_EQ(*chosen_word("always defer [defer+madvise] madvise never\n"), "defer+madvise");
  for (const auto* bad : {"", "always madvise never\n", "[always] [never]\n", "[]\n", "always [madvise never\n"})
    EXPECT_FALSE(chosen_word(bad)) << bad;
}

TEST(PortRangeText, IsTwoPortsInOrder) {
  EXPECT_EQ(*port_range("32768\t60999\n"), (PortRange{32768, 60999}));
  for (const auto* bad : {"", "32768\n", "60999\t32768\n", "1 2 3\n", "1\t65536\n"})
    EXPECT_FALSE(port_range(bad)) << bad;
}

TEST(PortList, MayBeEmpty) {
  EXPECT_TRUE(port_list("\n")->empty());
  EXPECT_EQ(*port_list("7000-7005,17000\n"), (std::vector<PortRange>{{7000, 7005}, {17000, 17000}}));
  for (const auto* bad : {"7005-7000\n", "7000,,7001\n", "7000-\n", "all\n"}) EXPECT_FALSE(port_list(bad)) << bad;
}

constexpr auto limits_text =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max core file size        0                    unlimited            bytes     \n"
    "Max processes             96365                96365                processes \n"
    "Max open files            1024                 20000                files     \n"
    "Max locked memory         3158327296           3158327296           bytes     \n";

TEST(ProcessLimits, AreSoftAndHard) {
  const auto all = process_limits(limits_text);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->nofile, (Limit{1024, 20000}));
  EXPECT_EQ(all->nproc, (Limit{96365, 96365}));
  EXPECT_EQ(all->core, (Limit{0, Limit::unlimited}));
}

TEST(ProcessLimits, AreRejectedWhenALineIsMissingOrCut) {
  const std::string whole = limits_text;
  EXPECT_FALSE(process_limits(whole.substr(0, whole.find("Max locked"))));
  EXPECT_FALSE(process_limits("Max open files            1024"));
}

TEST(Kibibytes, AreBytesOfTheNamedLine) {
  constexpr auto status = "VmRSS:\t    9000 kB\nVmSwap:\t     128 kB\nTHP_enabled:\t1\n";
  EXPECT_EQ(kibibytes(status, "VmSwap:")->n, 131072U);
  EXPECT_TRUE(*huge_pages_allowed(status));
  EXPECT_FALSE(kibibytes(status, "VmSize:"));
  EXPECT_FALSE(kibibytes("VmSwap:\t128 MB\n", "VmSwap:"));
  EXPECT_FALSE(kibibytes("VmSwap:\t18446744073709551615 kB\n", "VmSwap:"));
  EXPECT_FALSE(huge_pages_allowed("THP_enabled:\tyes\n"));
}

TEST(MemoryLimit, KnowsBothWaysToSayThatThereIsNone) {
  EXPECT_FALSE(memory_limit("max\n")->has_value());
  EXPECT_FALSE(memory_limit("9223372036854771712\n")->has_value());
  EXPECT_EQ((*memory_limit("1073741824\n"))->n, 1U << 30);
  EXPECT_FALSE(memory_limit("plenty\n"));
}

TEST(ControlGroupsText, TellsBothHierarchies) {
  const auto groups = control_groups("4:cpu,memory:/redis/7000\n1:name=systemd:/x\n0::/system.slice/redis.service\n");
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->unified, "/system.slice/redis.service");
  EXPECT_EQ(groups->memory, "/redis/7000");
  EXPECT_FALSE(control_groups("what is this\n"));
}

TEST(RotatedPatterns, AreThePathsOutsideTheBlocks) {
  const auto patterns = rotated_patterns(
      "# /not/this\nweekly\n\"/var/log/redis/*.log\" /var/log/a.log {\n  postrotate\n    /bin/kill -HUP 1\n  "
      "endscript\n}\n/var/log/b.log{\n}\n");
  EXPECT_EQ(patterns, (std::vector<std::string>{"/var/log/redis/*.log", "/var/log/a.log", "/var/log/b.log"}));
}

}  // namespace
}  // namespace slotwarden::formats
