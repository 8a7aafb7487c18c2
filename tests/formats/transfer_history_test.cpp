#include "formats/transfer_history.h"

#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

TEST(TransferHistory, IsReadBackAsItWasWritten) {
  TransferHistory h;
  h.speeds[TransferWork::sign] = {Bytes{400'000'000}, Bytes{390'000'000}};
  h.speeds[TransferWork::plain] = {Bytes{90'000'000}};
  h.left[Port{7000}] = {431, 440};
  const auto text = transfer_history_text(h);
  EXPECT_EQ(text, "sign 400000000 390000000\nplain 90000000\nleft 7000 431 440\n");
  EXPECT_EQ(*transfer_history(text), h);
  EXPECT_EQ(*transfer_history(""), TransferHistory{});
}

TEST(TransferHistory, IsRejectedWhereItIsSomethingElse) {
  for (const auto* bad : {"sign\n", "sign 0\n", "sign -1\n", "sign 1x\n", "glide 400\n", "left 7000\n",
                          "left 70000 1\n", "left x 1\n", "\n", "sign 99999999999999999999\n"})
    EXPECT_FALSE(transfer_history(bad)) << bad;
}

}  // namespace
}  // namespace slotwarden::formats
