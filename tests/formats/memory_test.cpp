#include "formats/memory.h"

#include <gtest/gtest.h>

#include "formats/proc.h"

namespace slotwarden::formats {
namespace {

// Captured from a group of version 1 with groups below it.
constexpr std::string_view stat_1 =
    "cache 10051584\nrss 14266368\nshmem 9068544\ndirty 81920\nwriteback 0\ninactive_anon 0\nactive_anon 1531904\n"
    "inactive_file 8192\nactive_file 974848\nhierarchical_memory_limit 9223372036854771712\ntotal_cache 5348659200\n"
    "total_dirty 26841088\ntotal_writeback 4096\ntotal_inactive_file 1638014976\ntotal_active_file 3701567488\n";
// Captured from a group of version 2.
constexpr std::string_view stat_2 =
    "anon 262144000\nfile 104857600\nkernel 3145728\nkernel_stack 98304\nfile_mapped 0\nfile_dirty 4096\n"
    "file_writeback 8192\nswapcached 0\ninactive_anon 262144000\nactive_anon 0\ninactive_file 83886080\n"
    "active_file 20971520\nunevictable 0\nslab 1048576\n";

TEST(MemoryStat, CountsTheCleanFileCacheOfTheWholeGroup) {
  EXPECT_EQ(reclaimable(stat_1)->n, 1638014976ull + 3701567488ull - 26841088ull - 4096ull);
  EXPECT_EQ(reclaimable(stat_2)->n, 83886080u + 20971520u - 4096u - 8192u);
}

TEST(MemoryStat, OfOneGroupAloneIsItsOwn) {
  EXPECT_EQ(reclaimable("dirty 10\nwriteback 0\ninactive_file 100\nactive_file 5\n")->n, 95u);
  EXPECT_EQ(reclaimable("dirty 1000\ninactive_file 100\nactive_file 5\n")->n, 0u);
}

TEST(MemoryStat, IsRefusedWhenItIsSomethingElse) {
  EXPECT_FALSE(reclaimable(""));
  EXPECT_FALSE(reclaimable("inactive_file 1\n"));
  EXPECT_FALSE(reclaimable("inactive_file one\nactive_file 1\n"));
  EXPECT_FALSE(reclaimable("inactive_file 1 kB\nactive_file 1\n"));
}

TEST(Pressure, IsTheShareOfTheLastTenSeconds) {
  EXPECT_DOUBLE_EQ(*pressure("some avg10=1.53 avg60=0.00 avg300=0.00 total=52435\nfull avg10=0.00\n"), 1.53);
  EXPECT_DOUBLE_EQ(*pressure("some avg10=100.00 avg60=0.00 avg300=0.00 total=1\n"), 100);
  for (const auto* text : {"", "full avg10=1.00\n", "some avg60=1.00\n", "some avg10=1\n", "some avg10=x.00\n"})
    EXPECT_FALSE(pressure(text)) << text;
}

TEST(MemoryUsed, IsOneWholeNumber) {
  EXPECT_EQ(memory_used("4096\n")->n, 4096u);
  for (const auto* text : {"", "4096", "max\n", "1 2\n", "-1\n"}) EXPECT_FALSE(memory_used(text)) << text;
}

TEST(ForkKind, IsToldByTheTitle) {
  EXPECT_EQ(fork_kind("redis-rdb-bgsave 127.0.0.1:7000 [cluster]"), ForkKind::rdb_save);
  EXPECT_EQ(fork_kind("valkey-rdb-bgsave *:7000"), ForkKind::rdb_save);
  EXPECT_EQ(fork_kind("redis-aof-rewrite"), ForkKind::aof_rewrite);
  EXPECT_EQ(fork_kind("redis-rdb-to-slaves 0.0.0.0:1"), ForkKind::full_sync);
  EXPECT_EQ(fork_kind("valkey-rdb-to-replicas 0.0.0.0:1"), ForkKind::full_sync);
  EXPECT_EQ(fork_kind("redis-module-fork"), ForkKind::module_fork);
  EXPECT_EQ(fork_kind("valkey-slot-migration-to-target"), ForkKind::slot_migration);
  for (const auto* title : {"", "redis-server 127.0.0.1:7000", "rdb-bgsave", "sh", "redis-rdb-bgsaver"})
    EXPECT_FALSE(fork_kind(title)) << title;
}

TEST(ProcessorTimes, AreSummedOverAllProcessors) {
  const auto t = processor_times(
      "cpu  1279952 608878 382305 883982 2251 0 28060 2962 5 7\ncpu0 1 1 1 1 1 0 1 1 0 0\ncpu1 1 1 1 1 1 0 1 1 0 0\n"
      "intr 1 2 3\nctxt 67378171\n");
  ASSERT_TRUE(t) << t.error().what;
  EXPECT_EQ(t->processors, 2);
  EXPECT_EQ(t->idle, 883982u + 2251u);
  EXPECT_EQ(t->all, 1279952u + 608878u + 382305u + 883982u + 2251u + 28060u + 2962u);
  EXPECT_FALSE(processor_times(""));
  EXPECT_FALSE(processor_times("cpu 1 2 3\ncpu0 1\n"));
}

}  // namespace
}  // namespace slotwarden::formats
