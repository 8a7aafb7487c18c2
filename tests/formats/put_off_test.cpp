#include "formats/put_off.h"

#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

std::vector<PutOff> two() {
  const NodeId master{std::string(40, 'a')};
  return {{Port{7000}, master, NodeId{std::string(40, 'b')}, Endpoint{"10.0.0.2", Port{7001}}, std::string(40, '1')},
          {Port{7000}, master, NodeId{std::string(40, 'c')}, Endpoint{"fd00::2", Port{7002}}, std::string(40, '2')}};
}

TEST(PutOff, IsReadBackAsItWasWritten) {
  EXPECT_EQ(*put_off(put_off_text(two())), two());
  EXPECT_EQ(put_off("")->size(), 0u);
}

TEST(PutOff, IsRejectedWhereverItIsCut) {
  const auto text = put_off_text({two().front()});
  for (std::size_t cut = 1; cut + 42 < text.size(); ++cut) EXPECT_FALSE(put_off(text.substr(0, cut))) << cut;
  EXPECT_FALSE(put_off("70000" + text.substr(4)));
  EXPECT_FALSE(put_off(text.substr(0, text.size() - 1) + " more\n"));
}

}  // namespace
}  // namespace slotwarden::formats
