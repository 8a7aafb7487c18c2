#include "cli/live_line.h"

#include <gtest/gtest.h>

namespace slotwarden::cli {
namespace {

control::SaveLine saving(std::uint16_t port, int percent) {
  control::SaveLine s;
  s.port = Port{port};
  s.running = control::RunningFork{};
  s.running->kind = "save";
  s.running->percent = percent;
  s.running->eta_ms = 3'000;
  return s;
}

TEST(LiveText, TellsHowFarSavesAre) {
  std::vector<control::SaveLine> saves{saving(7000, 40), {}};
  EXPECT_EQ(live_text(saves), "7000: save [####------] 40%, 3s left");
  saves = {{}};
  EXPECT_EQ(live_text(saves), "");
}

TEST(LiveText, TellsTheFirstOfMany) {
  const std::vector<control::SaveLine> saves{saving(7000, 0), saving(7001, 0), saving(7002, 0), saving(7003, 0),
                                             saving(7004, 0)};
  const auto text = live_text(saves);
  EXPECT_NE(text.find("7002: save"), std::string::npos);
  EXPECT_EQ(text.find("7003"), std::string::npos);
  EXPECT_TRUE(text.ends_with("; and 2 more")) << text;
}

TEST(LiveText, TellsWhatIsReadOrLoaded) {
  std::vector<control::PortBackups> all(2);
  all[0].port = Port{7000};
  all[1].port = Port{7001};
  EXPECT_EQ(live_text(all), "");
  all[1].doing = "rehearsal: loading, 43 %";
  EXPECT_EQ(live_text(all), "7001: rehearsal: loading, 43 %");
}

TEST(LiveText, TellsWhatInstancesAreAt) {
  std::vector<control::InstanceStatus> all(2);
  all[0].port = Port{7000};
  all[1].port = Port{7001};
  EXPECT_EQ(live_text(all), "");
  all[1].note = "loading 43 %\033[2J";
  EXPECT_EQ(live_text(all).substr(0, 18), "7001: loading 43 %");
  EXPECT_EQ(live_text(all).find('\033'), std::string::npos) << "nobody steers the terminal";
}

}  // namespace
}  // namespace slotwarden::cli
