#include "run/save_watch.h"

#include <gtest/gtest.h>

namespace slotwarden::run {
namespace {

ServerInfo fresh() {
  ServerInfo i;
  i.last_save_unix = 1000;
  i.aof_rewrites = 0;
  i.keys = 7;
  i.offset = Offset{50};
  return i;
}

TEST(SaveWatch, TakesNoStartForASave) {
  SaveWatch w;
  EXPECT_FALSE(w.see(fresh()));
  EXPECT_FALSE(w.see(fresh()));
}

TEST(SaveWatch, NoticesASaveOnce) {
  SaveWatch w;
  (void)w.see(fresh());
  auto i = fresh();
  i.last_save_unix = 1060;
  i.keys = 9;
  const auto s = w.see(i);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->at_unix, 1060);
  EXPECT_EQ(s->keys, 9u);
  EXPECT_FALSE(s->aof);
  EXPECT_FALSE(w.see(i));
}

TEST(SaveWatch, TakesNoFailureForASave) {
  SaveWatch w;
  (void)w.see(fresh());
  auto i = fresh();
  i.last_save_unix = 1060;
  i.last_bgsave_ok = false;
  EXPECT_FALSE(w.see(i));
}

TEST(SaveWatch, NoticesARewriteWhenItIsDone) {
  SaveWatch w;
  (void)w.see(fresh());
  auto i = fresh();
  i.aof_rewrites = 1;
  i.aof_rewrite_in_progress = true;
  EXPECT_FALSE(w.see(i));
  i.aof_rewrite_in_progress = false;
  const auto s = w.see(i);
  ASSERT_TRUE(s);
  EXPECT_TRUE(s->aof);
  EXPECT_FALSE(w.see(i));
}

}  // namespace
}  // namespace slotwarden::run
