#include "decide/deadline.h"

#include <gtest/gtest.h>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

TEST(Deadline, GrowsWithTheSizeOfTheDataset) {
  const LoadPolicy load;
  EXPECT_EQ(load_deadline(Bytes{0}, load), 30s);
  EXPECT_EQ(load_deadline(20_MiB, load), 31s);
  EXPECT_EQ(load_deadline(50_GiB, load), 30s + 2560s);
  const StopPolicy stop;
  EXPECT_EQ(stop_deadline(Bytes{0}, stop), 30s);
  EXPECT_EQ(stop_deadline(25_MiB, stop), 30'500ms);
}

TEST(Deadline, StaysFiniteForAbsurdSizesAndRates) {
  LoadPolicy load;
  load.load_bytes_per_second = 0;
  const auto longest = load_deadline(Bytes{UINT64_MAX}, load);
  EXPECT_GT(longest, std::chrono::hours(24 * 365));
  EXPECT_LT(longest + longest, std::chrono::milliseconds::max());
}

TEST(Deadline, LeavesRoomAboveMaxclients_ServerLowersItsOwnLimit) {
  EXPECT_EQ(nofile_for(10'000, {}), 10'000U + 32U + 1'024U);
  EXPECT_EQ(nofile_for(UINT64_MAX - 1, {}), UINT64_MAX);
}

}  // namespace
}  // namespace slotwarden::decide
