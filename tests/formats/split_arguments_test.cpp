#include "formats/split_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slotwarden::formats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitArguments, SeparatesByBlanks) {
  EXPECT_THAT(*split_arguments("  a\tbc   d\r"), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(*split_arguments(""), IsEmpty());
  EXPECT_THAT(*split_arguments(" \t "), IsEmpty());
}

TEST(SplitArguments, UnderstandsDoubleQuotesAndTheirEscapes) {
  EXPECT_THAT(*split_arguments(R"(a "b c" "\x41\n\t\"\\" "")"), ElementsAre("a", "b c", "A\n\t\"\\", ""));
  EXPECT_THAT(*split_arguments(R"(a"b c")"), ElementsAre("ab c"));
  EXPECT_THAT(*split_arguments(R"("\xzz")"), ElementsAre("xzz"));
}

TEST(SplitArguments, UnderstandsSingleQuotes) {
  EXPECT_THAT(*split_arguments(R"('a b' 'it\'s' '\n')"), ElementsAre("a b", "it's", "\\n"));
}

TEST(SplitArguments, RefusesQuotesThatDoNotCloseOrAreFollowedByMore) {
  for (const char* line : {"\"abc", "'abc", "\"a\"b", "'a'b", "\"a\\\"", "a \"", "\""})
    EXPECT_FALSE(split_arguments(line)) << line;
}

}  // namespace
}  // namespace slotwarden::formats
