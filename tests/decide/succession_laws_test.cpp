// What holds for the succession whatever the evidence: the whole space of one heir's facts, every pair of telling
// heirs, and every count of voters.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

constexpr Tri tris[] = {Tri::unknown, Tri::no, Tri::yes};
constexpr bool flags[] = {false, true};

bool inside_vote_window(const SuccessionEvidence& e, const Heir& h) {
  if (e.voters_keep_vote_clock == Tri::no) return false;
  if (e.since_vote_about_master && *e.since_vote_about_master < 2 * e.node_timeout) return true;
  return h.since_own_election && *h.since_own_election < election_retry_time(e.node_timeout);
}

const char* broken_by_ask(const SuccessionEvidence& e, const SuccessionVerdict& v) {
  if (!e.policy.ask) return "asks although it may not";
  if (e.voters <= 0 || e.voters_answering <= e.voters / 2) return "asks without a majority";
  if (e.voters_agreeing > 0) return "asks although a voter names a successor";
  if (e.another_force_running) return "asks twice at once";
  if (e.asked && e.since_asked < e.policy.force_patience) return "asks again before the first request is over";
  const auto h = std::ranges::find(e.heirs, v.whom, &Heir::id);
  if (h == e.heirs.end()) return "asks somebody who is no heir";
  if (h->answers != Tri::yes || h->process_dead == Tri::yes) return "asks one that does not answer";
  if (h->role != Role::replica || h->loading != Tri::no) return "asks one that is not a replica in service";
  if (!h->same_history || h->offset.n <= 1) return "asks one that never synced";
  if (h->keys == 0 && e.keys_at_death > 0) return "asks an empty one";
  if (inside_vote_window(e, *h)) return "asks inside the vote window";
  if (e.asked == h->id && e.since_asked < election_retry_time(e.node_timeout)) return "repeats a request too soon";
  const bool whole = e.local == DatasetState::valid && !e.start.data_may_go;
  if (h->online_at_death != Tri::yes && e.local == DatasetState::unknown && !e.start.data_may_go)
    return "asks a late one before the disk was read";
  if (h->online_at_death != Tri::yes && whole && (!e.local_offset || *e.local_offset > h->offset))
    return "asks a late one over a dataset that may be newer";
  return nullptr;
}

const char* broken_by_impossible(const SuccessionEvidence& e) {
  if (e.voters <= 0 || e.voters_answering <= e.voters / 2) return "is impossible without a majority";
  if (e.voters_agreeing > 0) return "is impossible although a voter names a successor";
  for (const auto& h : e.heirs) {
    if (h.role == Role::master && h.loading != Tri::yes) return "is impossible although an heir acts as master";
    if (h.answers == Tri::yes && h.process_dead != Tri::yes && h.loading == Tri::no && h.keys == 0 &&
        h.role == Role::replica)
      continue;  // it has nothing
    if (e.local != DatasetState::valid) return "is impossible although an heir may have more than an unusable dataset";
    if (e.local_complete == Tri::yes) continue;
    if (!e.local_offset) return "is impossible although nobody knows how new the dataset is";
    const bool speaks = h.answers == Tri::yes && h.process_dead != Tri::yes && h.role == Role::replica &&
                        h.loading == Tri::no && h.same_history && h.offset.n > 1;
    const auto theirs = speaks ? std::optional(h.offset) : h.last_seen_offset;
    if (!speaks && h.online_at_death != Tri::no) return "is impossible although an attached heir was not heard";
    if (!theirs || *theirs > *e.local_offset) return "is impossible although an heir may be ahead";
  }
  return nullptr;
}

// The law that the verdict breaks, or null.
const char* broken_law(const SuccessionEvidence& e, const SuccessionVerdict& v, Table& table) {
  if (!table.has(v.verdict)) return "answers with a rule that the table does not have";
  const bool majority_agrees = e.voters > 0 && e.voters_agreeing > e.voters / 2;
  if ((v.answer == Succession::settled) != majority_agrees) return "is settled by something else than a majority";
  const bool proof = v.answer == Succession::settled || v.answer == Succession::impossible;
  if ((v.verdict.ruling == Ruling::go) != proof) return "goes without a proof, or waits with one";
  if (!proof && !v.verdict.ask_again_in) return "waits without saying when to ask again";
  if (v.answer == Succession::ask) return broken_by_ask(e, v);
  if (v.answer == Succession::impossible) return broken_by_impossible(e);
  return nullptr;
}

std::string told(const SuccessionEvidence& e, const SuccessionVerdict& v) {
  std::ostringstream out;
  out << v.verdict.rule << "; voters " << e.voters << " answering " << e.voters_answering << " agreeing "
      << e.voters_agreeing << " local " << name(e.local) << " offset " << (e.local_offset ? e.local_offset->n : -1)
      << " complete " << name(e.local_complete);
  for (const auto& h : e.heirs)
    out << "; heir answers " << name(h.answers) << " dead " << name(h.process_dead) << " online "
        << name(h.online_at_death) << " " << name(h.role) << " loading " << name(h.loading) << " same "
        << h.same_history << " offset " << h.offset.n << " keys " << h.keys;
  return out.str();
}

class SuccessionLaws : public testing::Test {
 protected:
  void check(const SuccessionEvidence& e) {
    ++cases_;
    const auto v = succession(e);
    if (const char* law = broken_law(e, v, table_)) FAIL() << law << ": " << told(e, v);
  }

  // Runs `next` for every state of the disk that tells one from another.
  template <class Next>
  void each_disk(SuccessionEvidence& e, Next next) {
    for (const auto state : {DatasetState::unknown, DatasetState::absent, DatasetState::corrupt}) {
      e.local = state;
      next();
    }
    e.local = DatasetState::valid;
    e.local_keys = 100;
    for (const auto offset : {std::optional<Offset>{}, std::optional(Offset{50}), std::optional(Offset{200})})
      for (const auto complete : {Tri::unknown, Tri::yes}) {
        e.local_offset = offset;
        e.local_complete = complete;
        next();
      }
    e.local_offset.reset();
    e.local_complete = Tri::unknown;
  }

  // Runs `next` for every combination of one heir's facts.
  template <class Next>
  void each_heir(Heir& h, Next next) {
    for (const Tri answers : tris)
      for (const Tri dead : {Tri::no, Tri::yes})
        for (const Tri online : tris)
          for (const Role role : {Role::unknown, Role::master, Role::replica})
            for (const Tri loading : tris)
              for (const bool same : flags)
                for (const std::int64_t offset : {0, 1, 100})
                  for (const std::uint64_t keys : {0U, 10U})
                    for (const auto seen : {std::optional<Offset>{}, std::optional(Offset{150})}) {
                      h = Heir{first_replica, {},      answers, dead,           online, seen,
                               role,          loading, same,    Offset{offset}, keys,   {}};
                      next();
                      if (HasFatalFailure()) return;
                    }
  }

  Table table_{succession_rules()};
  long cases_ = 0;
};

TEST_F(SuccessionLaws, HoldForEveryStateOfOneHeir) {
  auto e = master_just_died();
  e.offset_at_death = Offset{180};
  for (const std::uint64_t had : {0U, 100U}) {
    e.keys_at_death = had;
    each_heir(e.heirs[0], [&] {
      each_disk(e, [&] {
        for (const auto vote : {std::optional<std::chrono::milliseconds>{}, std::optional(10'000ms)}) {
          e.since_vote_about_master = vote;
          for (const auto died : {5ms, 5000ms}) {
            e.since_death = died;
            check(e);
          }
        }
      });
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(cases_, 200'000);
}

TEST_F(SuccessionLaws, HoldForEveryPairOfHeirs) {
  std::vector<Heir> kinds = {synced_replica(first_replica, 100), synced_replica(first_replica, 180),
                             late_replica(first_replica, 100),   empty_replica(),
                             replica_with_its_own_disk(),        silent_replica()};
  for (std::size_t i = 0, n = kinds.size(); i < n; ++i) {
    kinds.push_back(kinds[i]);
    kinds.back().loading = Tri::yes;
    kinds.push_back(kinds[i]);
    kinds.back().process_dead = Tri::yes;
    kinds.push_back(kinds[i]);
    kinds.back().online_at_death = Tri::unknown;
    kinds.push_back(kinds[i]);
    kinds.back().since_own_election = 10s;
  }
  auto e = master_just_died();
  e.offset_at_death = Offset{180};
  e.heirs.resize(2);
  for (const auto& a : kinds)
    for (const auto& b : kinds) {
      e.heirs[0] = a;
      e.heirs[1] = b;
      e.heirs[1].id = second_replica;
      each_disk(e, [&] {
        for (const auto asked : {-1, 500, 5000, 70'000})
          for (const auto died : {5ms, 5000ms})
            for (const Tri clock : tris)
              for (const bool cache : flags) {
                e.asked = asked < 0 ? std::nullopt : std::optional(first_replica);
                e.since_asked = std::chrono::milliseconds(std::max(asked, 0));
                e.since_death = died;
                e.voters_keep_vote_clock = clock;
                e.start.data_may_go = cache;
                check(e);
                if (HasFatalFailure()) return;
              }
      });
    }
  EXPECT_GT(cases_, 300'000);
}

TEST_F(SuccessionLaws, HoldForEveryCountOfVoters) {
  auto e = master_just_died();
  for (const auto& heirs : {std::vector<Heir>{}, {synced_replica()}, {empty_replica()}, {silent_replica()}})
    for (int voters = 0; voters <= 7; ++voters)
      for (int answering = 0; answering <= voters; ++answering)
        for (int agreeing = 0; agreeing <= answering; ++agreeing)
          for (int dead_here = 0; dead_here <= voters; ++dead_here)
            for (const bool booted : flags)
              for (const bool ask : flags)
                for (const bool other : flags)
                  for (const Tri clock : tris)
                    for (const auto vote : {-1, 0, 29'999, 30'000}) {
                      e.heirs = heirs;
                      e.voters = voters;
                      e.voters_answering = answering;
                      e.voters_agreeing = agreeing;
                      e.voters_dead_here = dead_here;
                      e.just_booted = booted;
                      e.policy.ask = ask;
                      e.another_force_running = other;
                      e.voters_keep_vote_clock = clock;
                      e.since_vote_about_master.reset();
                      if (vote >= 0) e.since_vote_about_master = std::chrono::milliseconds(vote);
                      check(e);
                      if (HasFatalFailure()) return;
                    }
  EXPECT_GT(cases_, 200'000);
}

TEST_F(SuccessionLaws, KnowNothingFromTheDefaults) {
  for (const bool booted : flags)
    for (const bool ask : flags) {
      SuccessionEvidence e;
      e.just_booted = booted;
      e.policy.ask = ask;
      e.heirs.resize(1);
      EXPECT_EQ(succession(e).answer, Succession::unknown);
      e.voters = 3;
      e.voters_answering = 2;
      EXPECT_EQ(succession(e).answer, Succession::unknown);
    }
}

}  // namespace
}  // namespace slotwarden::decide
