#include "adapters/sha256.h"

#include <gtest/gtest.h>

#include <string_view>

namespace slotwarden::adapters {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(Sha256, IsThatOfTheStandardsExamples) {
  EXPECT_EQ(Sha256{}.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 sum;
  sum.feed(bytes("abc"));
  EXPECT_EQ(sum.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, DoesNotDependOnHowItIsFedAndCanBeAskedMidway) {
  constexpr std::string_view text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 sum;
    sum.feed(bytes(text.substr(0, cut)));
    EXPECT_EQ(sum.hex().size(), 64u);
    sum.feed(bytes(text.substr(cut)));
    EXPECT_EQ(sum.length(), text.size());
    EXPECT_EQ(sum.hex(), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1") << "cut at " << cut;
  }
}

}  // namespace
}  // namespace slotwarden::adapters
