#include "decide/transfer_speeds.h"

#include <gtest/gtest.h>

namespace slotwarden::decide {
namespace {

using namespace std::chrono_literals;

constexpr Port port{7000};

// A gigabyte sent as it is at 100 MB/s. Each test spoils one fact.
TransferMeasured plain() {
  TransferMeasured m;
  m.whole = m.sent = Bytes{1'000'000'000};
  m.sending = 10s;
  return m;
}

// A delta of a gigabyte of which a hundredth was not found.
TransferMeasured delta() {
  TransferMeasured m;
  m.base = Bytes{1'000'000'000};
  m.signing = 5s;
  m.found = Bytes{990'000'000};
  m.missed = Bytes{10'000'000};
  m.written = Bytes{4'000'000};
  m.searching = 4s;
  m.whole = m.sent = Bytes{4'000'000};
  m.sending = 1s;
  return m;
}

bool same(const TransferSpeeds& a, const TransferSpeeds& b) {
  return a.sign == b.sign && a.find == b.find && a.miss == b.miss && a.patch == b.patch && a.squeeze == b.squeeze &&
         a.plain == b.plain;
}

TEST(TransferSpeeds, AreTheDefaultsBeforeTheFirstTransfer) {
  EXPECT_TRUE(same(speeds({}), TransferSpeeds{}));
  EXPECT_DOUBLE_EQ(squeezed({}, port), TransferEvidence{}.squeezed);
}

TEST(TransferSpeeds, AreLearnedFromTheFirstOneOn) {
  TransferHistory h;
  learn(h, port, plain());
  EXPECT_EQ(speeds(h).plain, Bytes{100'000'000});
  EXPECT_EQ(speeds(h).squeeze, TransferSpeeds{}.squeeze) << "that was not done";
  learn(h, port, delta());
  EXPECT_EQ(speeds(h).sign, Bytes{200'000'000});
  EXPECT_NEAR(static_cast<double>(speeds(h).find.n), 252.8e6, 1e6) << "less what the missed bytes take";
  EXPECT_EQ(speeds(h).miss, TransferSpeeds{}.miss) << "too few to tell";
  EXPECT_EQ(speeds(h).plain, Bytes{100'000'000}) << "so small a delta tells nothing about sending";
  EXPECT_DOUBLE_EQ(squeezed(h, port), 0.4);
  EXPECT_DOUBLE_EQ(squeezed(h, Port{7001}), TransferEvidence{}.squeezed) << "of another instance's data";
}

TEST(TransferSpeeds, AreMediansOfTheLastFew) {
  TransferHistory h;
  auto slow = plain();
  slow.sending = 20s;
  learn(h, port, slow);
  for (int n = 0; n < 2; ++n) learn(h, port, plain());
  EXPECT_EQ(speeds(h).plain, Bytes{100'000'000}) << "one bad hour among three";
  for (int n = 0; n < 3; ++n) learn(h, port, slow);
  EXPECT_EQ(speeds(h).plain, Bytes{50'000'000}) << "what it is like now";
  EXPECT_EQ(h.speeds[TransferWork::plain].size(), 5u);
}

TEST(TransferSpeeds, AreNotLearnedFromWhatIsTooSmallOrTooQuick) {
  auto m = plain();
  m.whole = m.sent = Bytes{100'000};
  m.sending = 10ms;
  TransferHistory h;
  learn(h, port, m);
  m = plain();
  m.sending = 1ms;
  learn(h, port, m);
  m.sending = 0us;
  learn(h, port, m);
  learn(h, port, {});
  EXPECT_TRUE(same(speeds(h), TransferSpeeds{}));
}

TEST(TransferSpeeds, AreNotLearnedFromWhatIsAbsurd) {
  auto m = plain();
  m.sending = 24h;  // the host was suspended
  TransferHistory h;
  learn(h, port, m);
  m = plain();
  m.sending = 3ms;
  learn(h, port, m);
  EXPECT_TRUE(same(speeds(h), TransferSpeeds{}));
  auto d = delta();
  d.searching = 50ms;  // shorter than the missed bytes alone would take
  d.signing = 0us;
  learn(h, port, d);
  EXPECT_TRUE(same(speeds(h), TransferSpeeds{}));
}

TEST(TransferSpeeds, AreForgottenOnceNothingMeasuresThemAnyMore) {
  TransferHistory h;
  auto d = delta();
  d.searching = 40s;
  learn(h, port, d);
  EXPECT_LT(speeds(h).find, TransferSpeeds{}.find);
  for (int n = 0; n < 16; ++n) learn(h, port, plain());
  EXPECT_EQ(speeds(h).find, TransferSpeeds{}.find) << "a delta may be tried again";
  EXPECT_EQ(speeds(h).plain, Bytes{100'000'000});
}

TEST(TransferSpeeds, DecideWhetherADeltaPays) {
  TransferEvidence e;
  e.size = e.base_size = 1_GiB;
  e.keys = 2'000'000;
  e.base = DeltaBase::same_process;
  e.writes = 20'000;
  e.records_use = Tri::no;
  EXPECT_EQ(plan_transfer(e).verdict.rule, "whole-faster") << "with nothing known the line is as fast as the host";
  TransferHistory h;
  auto m = plain();
  m.sending = 20s;
  learn(h, port, m);
  m.squeezed = true;
  m.sent = Bytes{500'000'000};
  learn(h, port, m);
  e.speeds = speeds(h);
  e.squeezed = squeezed(h, port);
  EXPECT_EQ(plan_transfer(e).verdict.rule, "delta-faster") << "the line turned out to be slow";
}

}  // namespace
}  // namespace slotwarden::decide
