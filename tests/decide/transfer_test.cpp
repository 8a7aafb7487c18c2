#include "decide/transfer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slotwarden::decide {
namespace {

// A gibibyte of 2,000,000 records, one in a hundred of which changed, over a tenth of a gigabit link.
TransferEvidence dump() {
  TransferEvidence e;
  e.size = 1_GiB;
  e.keys = 2'000'000;
  e.base = DeltaBase::same_process;
  e.base_size = 1_GiB;
  e.writes = 20'000;
  e.records_use = Tri::no;
  e.squeezed = 0.49;
  e.bandwidth = Bytes{10'000'000};
  return e;
}

// The writes that change this share of the keys, however often they hit one twice.
TransferEvidence changed(double share) {
  auto e = dump();
  e.writes = static_cast<std::uint64_t>(-std::log(1 - share) * static_cast<double>(e.keys));
  return e;
}

TEST(Transfer, SendsWhatChangedOverASlowLink) {
  const auto plan = plan_transfer(dump());
  EXPECT_EQ(plan.verdict.rule, "delta-faster");
  EXPECT_EQ(plan.method, TransferMethod::delta);
  EXPECT_EQ(plan.block, Bytes{512});
  EXPECT_LT(plan.takes, plan.whole_takes);
}

TEST(Transfer, SendsTheWholeFileWhereTheLinkIsFasterThanTheSearch) {
  auto e = dump();
  e.bandwidth.reset();
  const auto plan = plan_transfer(e);
  EXPECT_EQ(plan.verdict.rule, "whole-faster");
  EXPECT_EQ(plan.method, TransferMethod::whole);
}

TEST(Transfer, CompressesTheWholeFileWhereTheLinkIsSlower) {
  auto e = dump();
  e.base = DeltaBase::none;
  const auto plan = plan_transfer(e);
  EXPECT_EQ(plan.verdict.rule, "whole-no-base");
  EXPECT_EQ(plan.method, TransferMethod::whole_squeezed);
  EXPECT_EQ(plan.takes, plan.whole_takes);
}

TEST(Transfer, ExpectsNothingOfABaseThatAnotherProcessSaved) {
  auto e = dump();
  e.base = DeltaBase::other_process;
  EXPECT_EQ(plan_transfer(e).verdict.rule, "whole-other-process");
}

TEST(Transfer, ExpectsNothingOfRecordsThatTellHowTheyWereUsed) {
  auto e = dump();
  e.records_use = Tri::yes;
  EXPECT_EQ(plan_transfer(e).verdict.rule, "whole-use-recorded");
}

TEST(Transfer, TakesLargerBlocksWhereTheIndexMustBeSmall) {
  auto e = dump();
  e.index_memory = 20_MiB;
  EXPECT_EQ(plan_transfer(e).block, Bytes{2048});
  e.index_memory = 5_MiB;
  EXPECT_EQ(plan_transfer(e).verdict.rule, "whole-index");
}

TEST(Transfer, SendsTheWholeFileWhereNearlyEverythingChanged) {
  auto e = changed(0.95);
  e.squeezed = 0.9;
  EXPECT_EQ(plan_transfer(e).verdict.rule, "whole-poor-delta");
}

TEST(Transfer, PresumesATenthWhereTheWritesAreNotKnown) {
  auto e = dump();
  e.writes.reset();
  EXPECT_NEAR(literal_share(e, Bytes{512}), literal_share(changed(0.1), Bytes{512}), 0.001);
}

// Of 1 GiB dumps of one process: what librsync and zstd really came to, in parts of the file.
TEST(Transfer, PredictsWhatRealDumpsCameTo) {
  struct Row {
    double changed;
    Bytes block;
    double travelled;
  };
  for (const auto& [share, block, travelled] : {Row{0.01, Bytes{512}, 0.010},
                                                {0.01, Bytes{1024}, 0.015},
                                                {0.01, Bytes{4096}, 0.043},
                                                {0.10, Bytes{512}, 0.093},
                                                {0.10, Bytes{1024}, 0.13},
                                                {0.10, Bytes{4096}, 0.30},
                                                {0.50, Bytes{512}, 0.37},
                                                {0.50, Bytes{1024}, 0.43}}) {
    const auto e = changed(share);
    EXPECT_NEAR(literal_share(e, block) * e.squeezed / travelled, 1, 0.1) << share << " " << block.n;
  }
}

TEST(Transfer, NeverTakesLongerThanTheWholeFileWould) {
  for (const double share : {0.0, 0.001, 0.01, 0.1, 0.5, 0.99})
    for (const std::uint64_t bandwidth : {100'000ull, 10'000'000ull, 100'000'000ull, 10'000'000'000ull})
      for (const double squeezed : {0.1, 0.5, 1.0}) {
        auto e = changed(share);
        e.bandwidth = Bytes{bandwidth};
        e.squeezed = squeezed;
        const auto plan = plan_transfer(e);
        EXPECT_LE(plan.takes, plan.whole_takes);
        EXPECT_EQ(plan.verdict.ruling, Ruling::go);
        EXPECT_EQ(plan.method == TransferMethod::delta, plan.block.n != 0);
      }
}

TEST(Transfer, HasAWayForEveryFile) {
  for (const Bytes size : {Bytes{0}, Bytes{1}, 1_GiB})
    for (const std::uint64_t keys : {std::uint64_t{0}, std::uint64_t{1}}) {
      auto e = dump();
      e.size = size;
      e.keys = keys;
      e.speeds.sign = e.speeds.squeeze = Bytes{0};
      EXPECT_EQ(plan_transfer(e).verdict.ruling, Ruling::go);
    }
}

}  // namespace
}  // namespace slotwarden::decide
