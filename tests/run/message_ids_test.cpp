// What journalctl -x says is there for every event that promises it.
#include "run/message_ids.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace slotwarden::run {
namespace {

std::set<std::string> in_catalog() {
  std::set<std::string> ids;
  std::ifstream in(UNITS_DIR "/slotwarden.catalog");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("-- ")) {
      EXPECT_TRUE(ids.insert(line.substr(3)).second) << line << " stands there twice";
    }
  return ids;
}

TEST(MessageIds, AreThoseOfTheCatalog) {
  std::set<std::string> known;
  for (const auto& m : message_ids) {
    EXPECT_EQ(m.id.size(), 32u) << m.event;
    EXPECT_TRUE(known.insert(std::string(m.id)).second) << m.event << " has the number of another event";
  }
  EXPECT_EQ(known, in_catalog());
}

TEST(MessageIds, AreMissingForWhatExplainsItself) {
  EXPECT_EQ(message_id("held").size(), 32u);
  EXPECT_EQ(message_id("invented"), "");
}

}  // namespace
}  // namespace slotwarden::run
