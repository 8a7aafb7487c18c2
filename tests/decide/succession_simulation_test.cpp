// The succession as a loop: a small honest model of a cluster after a master's death, stepped through the ladder.
// Voters and replicas fall silent, load, die and come back empty at random; voters keep their vote clocks, replicas
// their retry time, and the cluster holds elections of its own.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds node_timeout = 1s;
constexpr milliseconds troubles_end = 20s;
constexpr milliseconds patience = 60s;

struct Span {
  milliseconds from{0};
  milliseconds to{0};
  [[nodiscard]] bool covers(milliseconds t) const { return from <= t && t < to; }
};

struct Replica {
  NodeId id;
  bool online = true;
  std::int64_t offset = 5000;
  Span silent;
  Span loading;
  std::optional<milliseconds> dies;  // comes back two seconds later, empty
  std::optional<milliseconds> tried;

  [[nodiscard]] bool dead(milliseconds t) const { return dies && Span{*dies, *dies + 2s}.covers(t); }
  [[nodiscard]] bool has_data(milliseconds t) const { return offset > 1 && !(dies && t >= *dies); }
  [[nodiscard]] bool can_win(milliseconds t) const { return has_data(t) && !loading.covers(t); }
};

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    voters_.resize(seed % 2 ? 2 : 4);
    for (auto& v : voters_)
      if (chance(3)) v.silent = trouble();
    replicas_.resize(1 + seed % 3);
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      auto& r = replicas_[i];
      r.id.hex = std::string(40, static_cast<char>('1' + i));
      r.online = !chance(2);
      r.offset = chance(6) ? 0 : 4000 + static_cast<std::int64_t>(random_() % 1000);
      if (chance(3)) r.silent = trouble();
      if (chance(4)) r.loading = trouble();
      if (chance(4)) r.dies = milliseconds(random_() % 10'000);
    }
    if (chance(2)) local_offset_ = Offset{3500 + static_cast<std::int64_t>(random_() % 1000)};
  }

  [[nodiscard]] SuccessionEvidence seen(milliseconds t) const {
    auto e = master_just_died();
    e.since_death = t;
    e.node_timeout = node_timeout;
    e.voters = static_cast<int>(voters_.size()) + 1;
    e.voters_answering = 0;
    for (std::size_t i = 0; i < voters_.size(); ++i) {
      if (voters_[i].silent.covers(t)) continue;
      ++e.voters_answering;
      if (won_at_ && t >= *won_at_ + 30ms * static_cast<int>(i)) ++e.voters_agreeing;
    }
    if (e.voters_agreeing) e.successor = winner_;
    if (local_offset_) has_dataset(e, local_offset_->n);
    e.heirs.clear();
    for (const auto& r : replicas_) e.heirs.push_back(heir(r, t));
    return e;
  }

  void force(const NodeId& id, milliseconds t) {
    for (auto& r : replicas_)
      if (r.id == id) stand(r, t);
  }

  // The cluster's own election, which a replica tries again after its retry time.
  void run_by_itself(milliseconds t) {
    if (t < node_timeout + 1s) return;
    for (auto& r : replicas_)
      if (r.online && r.can_win(t) && !r.dead(t)) stand(r, t);
  }

  [[nodiscard]] bool somebody_can_still_win(milliseconds t) const {
    return std::ranges::any_of(replicas_, [&](const Replica& r) { return r.can_win(t); });
  }
  [[nodiscard]] bool local_is_ahead_of_all(milliseconds t) const {
    return std::ranges::all_of(
        replicas_, [&](const Replica& r) { return !r.has_data(t) || (local_offset_ && local_offset_->n >= r.offset); });
  }
  [[nodiscard]] std::optional<NodeId> winner() const { return won_at_ ? std::optional(winner_) : std::nullopt; }

 private:
  struct Voter {
    Span silent;
    std::optional<milliseconds> voted;
  };

  bool chance(unsigned one_in) { return random_() % one_in == 0; }
  Span trouble() {
    const milliseconds from(random_() % 3000);
    return {from, from + milliseconds(random_() % 15'000)};
  }

  [[nodiscard]] Heir heir(const Replica& r, milliseconds t) const {
    auto h = r.has_data(t) ? synced_replica(r.id, r.offset) : empty_replica(r.id);
    h.online_at_death = r.online && r.offset > 1 ? Tri::yes : Tri::no;
    h.last_seen_offset = r.offset > 1 ? std::optional(Offset{r.offset}) : std::nullopt;
    if (won_at_ && r.id == winner_) h.role = Role::master;
    if (r.loading.covers(t)) h.loading = Tri::yes;
    if (!r.dead(t) && !r.silent.covers(t)) return h;
    auto silent = silent_replica(r.id);
    silent.online_at_death = h.online_at_death;
    silent.last_seen_offset = h.last_seen_offset;
    return silent;
  }

  void stand(Replica& r, milliseconds t) {
    if (won_at_ || r.dead(t)) return;
    if (r.tried && t - *r.tried < election_retry_time(node_timeout)) return;  // it stalls, and says nothing
    r.tried = t;
    std::size_t votes = 0;
    for (auto& v : voters_) {
      if (v.silent.covers(t) || (v.voted && t - *v.voted < 2 * node_timeout)) continue;
      v.voted = t;
      ++votes;
    }
    if (votes <= (voters_.size() + 1) / 2 || !r.can_win(t)) return;
    won_at_ = t + 100ms;
    winner_ = r.id;
  }

  std::mt19937 random_;
  std::vector<Voter> voters_;
  std::vector<Replica> replicas_;
  std::optional<Offset> local_offset_;
  std::optional<milliseconds> won_at_;
  NodeId winner_;
};

// What the shell around the ladder does: remembers whom it asked and when, and passes it back as evidence.
class Loop {
 public:
  explicit Loop(unsigned seed) : world_(seed), tell_("seed " + std::to_string(seed)) {}

  void run() {
    while (ended_ < patience && !testing::Test::HasFatalFailure()) {
      const auto again = step(ended_);
      if (last_.verdict.ruling == Ruling::go) return;
      ended_ += again;
    }
  }

  [[nodiscard]] const SuccessionVerdict& last() const { return last_; }
  [[nodiscard]] milliseconds ended() const { return ended_; }
  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] const std::string& tell() const { return tell_; }

 private:
  milliseconds step(milliseconds t) {
    world_.run_by_itself(t);
    auto e = world_.seen(t);
    if (asked_) {
      e.asked = asked_;
      e.since_asked = t - asked_at_;
      if (e.since_asked >= e.policy.force_patience) e.since_vote_about_master = e.since_asked;
    }
    last_ = succession(e);
    if (last_.answer == Succession::ask) ask(last_.whom, t, e.policy.force_patience);
    return last_.verdict.ask_again_in.value_or(100ms);
  }

  void ask(const NodeId& whom, milliseconds t, milliseconds force_patience) {
    ASSERT_FALSE(world_.winner() && t > 10s + troubles_end) << tell_ << ": asks although it was won long ago";
    if (asked_) {
      ASSERT_GE(t - asked_at_, force_patience) << tell_ << ": asks while a request is open";
    }
    if (const auto before = asked_when_.find(whom); before != asked_when_.end()) {
      ASSERT_GE(t - before->second, election_retry_time(node_timeout)) << tell_ << ": asks the same heir too soon";
    }
    asked_ = whom;
    asked_at_ = t;
    asked_when_[whom] = t;
    world_.force(whom, t);
  }

  World world_;
  std::string tell_;
  SuccessionVerdict last_;
  std::optional<NodeId> asked_;
  milliseconds asked_at_{0};
  milliseconds ended_{0};
  std::map<NodeId, milliseconds> asked_when_;
};

TEST(SuccessionSimulation, AsksOncePerWindowAndEndsSettledWhereItCan) {
  std::map<std::string_view, int> ends;
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Loop loop(seed);
    loop.run();
    if (HasFatalFailure()) return;
    const auto& v = loop.last();
    ++ends[v.verdict.rule];
    if (v.answer == Succession::settled) {
      ASSERT_EQ(v.whom, loop.world().winner()) << loop.tell();
    } else if (v.answer == Succession::impossible) {
      ASSERT_FALSE(loop.world().winner()) << loop.tell() << ": " << v.verdict.rule << " although somebody had won";
      ASSERT_TRUE(loop.world().local_is_ahead_of_all(loop.ended())) << loop.tell() << ": " << v.verdict.rule;
    } else {
      FAIL() << loop.tell() << " ends with " << v.verdict.rule << "; winner " << loop.world().winner().has_value()
             << ", somebody can still win " << loop.world().somebody_can_still_win(patience);
    }
  }
  EXPECT_GT(ends["settled"], 2000);
  EXPECT_GT(ends["never-synced"], 50);
  EXPECT_GT(ends["all-staler"], 50);
}

TEST(SuccessionSimulation, IsSettledWithinAQuarterOfASecondWhenNothingElseIsWrong) {
  auto e = master_just_died();
  milliseconds t{0};
  int asks = 0;
  std::optional<milliseconds> asked_at;
  for (; t < 1s; t += succession(e).verdict.ask_again_in.value_or(100ms)) {
    e.since_death = t;
    if (asked_at) e.since_asked = t - *asked_at;
    if (asked_at && t - *asked_at >= 100ms) e.voters_agreeing = 2, e.successor = first_replica;
    const auto v = succession(e);
    if (v.answer == Succession::settled) break;
    if (v.answer != Succession::ask) continue;
    ++asks;
    asked_at = t;
    e.asked = v.whom;
    e.since_asked = 0ms;
  }
  EXPECT_EQ(asks, 1);
  EXPECT_LE(t, 250ms);
}

}  // namespace
}  // namespace slotwarden::decide
