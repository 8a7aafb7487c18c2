// Weeks of a host: servers of every size, write rates that change, saves that fail, forks that nobody ordered, memory
// that others take, and a clock that jumps. Whatever happens, nobody starves and nothing is over its budget.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "save_evidence.h"

namespace slotwarden::decide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds step = 1min;

struct Server {
  SaveCandidate c;
  double rate = 0;
  bool fails = false;  // for now
  milliseconds worst{0};
};

struct Running {
  ForkUnderWay fork;
  milliseconds left{0};
};

class Host {
 public:
  explicit Host(unsigned seed) : random_(seed), leases_(1 + static_cast<int>(seed % 3)) {
    const unsigned count = 2 + seed % 12;
    for (unsigned n = 0; n < count; ++n) {
      Server s;
      s.c = due_server(static_cast<std::uint16_t>(7000 + n));
      s.c.age = std::chrono::minutes(random_() % 120);
      s.c.cow.memory = Bytes{(64 + random_() % 2000) << 20};
      s.c.cow.last.reset();
      s.c.another_saves = random_() % 3 == 0;
      if (random_() % 3 == 0) s.c.policy.windows.ranges = {{60, 300}, {3000, 3300}};
      s.rate = static_cast<double>(random_() % 3000);
      largest_ = std::max(largest_, s.c.cow.memory);
      servers_.push_back(s);
    }
    // Enough for the largest by itself, whatever it copies.
    total_ = largest_ + Bytes{largest_.n / 50} + 200_MiB;
  }

  void pass(milliseconds t) {
    for (auto& s : servers_) live(s);
    if (random_() % 50 == 0) foreign();
    for (auto& r : running_) advance(r);
    std::erase_if(running_, [](const Running& r) { return r.left.count() <= 0; });
    decide(t);
  }

  [[nodiscard]] const std::vector<Server>& servers() const { return servers_; }

 private:
  void live(Server& s) {
    if (random_() % 200 == 0) s.rate = static_cast<double>(random_() % 20'000);
    if (random_() % 500 == 0) s.fails = !s.fails && random_() % 4 == 0;
    s.c.cow.rate = WriteRate{s.rate, s.rate * 100};
    s.c.changes += static_cast<std::uint64_t>(s.rate * 60);
    s.c.since_failure += step;
    if (s.c.age) *s.c.age += step;
    const auto due = s.c.another_saves ? s.c.policy.others_longest : s.c.policy.longest_interval;
    if (s.c.age && !s.fails && s.c.failures == 0 && s.c.changes > 0) s.worst = std::max(s.worst, *s.c.age - due);
  }

  void foreign() {
    const auto& s = servers_[random_() % servers_.size()];
    if (busy(s.c.port)) return;
    Running r;
    r.fork = {s.c.port, ForkKind::full_sync, 50_MiB, Bytes{}, false, {0}};
    r.left = std::chrono::minutes(1 + random_() % 5);
    running_.push_back(r);
  }

  void advance(Running& r) {
    r.left -= step;
    r.fork.cow = r.fork.predicted;
    if (r.left.count() > 0) return;
    for (auto& s : servers_)
      if (s.c.port == r.fork.port && r.fork.kind == ForkKind::rdb_save) end(s);
  }

  void end(Server& s) {
    if (s.fails) {
      ++s.c.failures;
      s.c.since_failure = 0s;
      return;
    }
    s.c.failures = 0;
    s.c.age = 0s;
    s.c.changes = 0;
  }

  [[nodiscard]] bool busy(Port p) const {
    return std::ranges::any_of(running_, [&](const Running& r) { return r.fork.port == p; });
  }

  void decide(milliseconds t) {
    SaveEvidence e;
    for (const auto& s : servers_) e.candidates.push_back(s.c);
    Bytes free = total_;
    for (const auto& r : running_) {
      e.forks.push_back(r.fork);
      free = free - r.fork.cow;
    }
    // Now and then somebody else takes a third of the memory for an hour.
    const bool squeezed = (t / 1h) % 7 == 3;
    if (squeezed) free = free - Bytes{total_.n / 3};
    e.memory = std::vector<MemoryDomain>{{"host", free, 100_MiB}};
    e.pressure_percent = random_() % 20 == 0 ? 50 : 0;
    e.leases = leases_;
    e.minute_of_week = static_cast<int>((t / 1min + jump()) % minutes_per_week);
    obey(e, plan_saves(e));
  }

  // The hour of the day is wrong for a while, by anything.
  std::int64_t jump() {
    if (random_() % 2000 == 0) jumped_ = static_cast<std::int64_t>(random_() % minutes_per_week);
    return jumped_;
  }

  void obey(const SaveEvidence& e, const SavePlan& plan) {
    ASSERT_EQ(plan.answers.size(), e.candidates.size());
    Bytes promised;
    for (const auto& f : e.forks) promised = promised + (f.predicted - f.cow);
    int granted = 0;
    for (const auto& a : plan.answers) {
      ASSERT_FALSE(a.verdict.rule.empty());
      if (a.verdict.ruling != Ruling::go) continue;
      ++granted;
      promised = promised + a.predicted;
      ASSERT_FALSE(busy(a.port));
      running_.push_back({{a.port, a.kind, a.predicted, Bytes{}, false, {0}}, std::chrono::minutes(1 + random_() % 4)});
    }
    if (granted == 0) return;
    ASSERT_LE(static_cast<int>(e.forks.size()) + granted, e.leases);
    ASSERT_LE(promised + e.memory->front().reserve, e.memory->front().available);
  }

  std::mt19937 random_;
  int leases_;
  Bytes largest_;
  Bytes total_;
  std::vector<Server> servers_;
  std::vector<Running> running_;
  std::int64_t jumped_ = 0;
};

TEST(SaveSimulation, NobodyStarvesAndNothingIsOverItsBudgetForWeeks) {
  for (unsigned seed = 0; seed < 24; ++seed) {
    Host host(seed);
    for (milliseconds t{0}; t < 24h * 14; t += step) {
      host.pass(t);
      if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
    }
    for (const auto& s : host.servers())
      EXPECT_LT(s.worst, 6h) << "seed " << seed << ", port " << s.c.port.n << ", "
                             << std::chrono::duration_cast<std::chrono::minutes>(s.worst).count() << " minutes late";
  }
}

}  // namespace
}  // namespace slotwarden::decide
