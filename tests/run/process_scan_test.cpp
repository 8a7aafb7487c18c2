#include "run/process_scan.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace slotwarden::run {
namespace {

TEST(ProcessScan, IsOnePassForAllWhoAskedBeforeItBegan) {
  ProcessScan scan;
  const auto asked = now();
  const auto first = scan.since(asked);
  ASSERT_TRUE(first);
  EXPECT_EQ(scan.since(asked), first);
  EXPECT_TRUE(std::ranges::any_of(*first, [](const auto& p) { return p.pid.n == ::getpid(); }));
}

TEST(ProcessScan, LooksAgainForWhoAskedLater) {
  ProcessScan scan;
  const auto first = scan.since(now());
  EXPECT_NE(scan.since(now()), first);
}

TEST(ProcessScan, ServesManyThreadsAtOnce) {
  ProcessScan scan;
  std::vector<std::shared_ptr<const observe::ProcessTable>> seen(8);
  const auto asked = now();
  {
    std::vector<std::jthread> threads;
    for (auto& into : seen) threads.emplace_back([&scan, &into, asked] { into = scan.since(asked); });
  }
  for (const auto& table : seen) EXPECT_EQ(table, seen.front());
}

}  // namespace
}  // namespace slotwarden::run
