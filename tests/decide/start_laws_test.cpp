// What holds for the start gate whatever the evidence.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "evidence.h"

namespace slotwarden::decide {
namespace {

constexpr Tri tris[] = {Tri::unknown, Tri::no, Tri::yes};
constexpr bool flags[] = {false, true};
constexpr Succession successions[] = {Succession::unknown, Succession::ask, Succession::settled,
                                      Succession::impossible};

// A dataset as a look at it can find it: its state and the keys that its header tells.
struct Found {
  DatasetState state;
  std::optional<std::uint64_t> keys;
};
constexpr Found found[] = {{DatasetState::unknown, {}},    {DatasetState::absent, {}},   {DatasetState::absent, 0},
                           {DatasetState::empty, {}},      {DatasetState::empty, 0},     {DatasetState::truncated, {}},
                           {DatasetState::corrupt, {}},    {DatasetState::foreign, 900}, {DatasetState::too_new, {}},
                           {DatasetState::unreadable, {}}, {DatasetState::valid, {}},    {DatasetState::valid, 0},
                           {DatasetState::valid, 100},     {DatasetState::valid, 900}};

bool slot_owner(const StartEvidence& e) {
  return e.cluster_enabled == Tri::yes && e.nodes_file == NodesFile::valid && e.role_by_file == Role::master &&
         e.owns_slots == Tri::yes;
}

bool worth_loading(const StartEvidence& e) {
  return e.dataset == DatasetState::valid &&
         (!e.dataset_keys || e.recorded_keys == 0 || *e.dataset_keys * 100 >= e.recorded_keys * 50);
}

const char* broken_by_go(const StartEvidence& e, const StartVerdict& v) {
  if (!e.wanted_up) return "goes although it is wanted down";
  if (e.held && !e.forced) return "goes although it is held";
  if (e.server_usable != Tri::yes || e.port_free != Tri::yes || e.directory_free != Tri::yes ||
      e.directory_writable != Tri::yes || e.disk_full != Tri::no || e.orphans != Tri::no)
    return "goes on an unfit or unknown host";
  if (e.cluster_enabled == Tri::unknown) return "goes without knowing whether it is a cluster node";
  if (e.cluster_enabled == Tri::yes) {
    if (e.nodes_file == NodesFile::unknown || e.nodes_file == NodesFile::damaged) return "goes without a nodes.conf";
    if (e.nodes_file == NodesFile::valid && e.same_identity != Tri::yes) return "goes with an unproven identity";
    if (e.nodes_file == NodesFile::absent && e.recorded && !e.forced) return "goes as a new node";
  }
  if (!slot_owner(e)) return nullptr;
  const bool excused = e.forced || e.policy.data_may_go || e.succession == Succession::settled;
  const bool had_nothing =
      e.recorded && e.recorded_keys == 0 && (e.dataset == DatasetState::absent || e.dataset == DatasetState::empty);
  if (!excused && !had_nothing && !worth_loading(e)) return "goes as a master without the data it had";
  const bool open = e.succession == Succession::unknown || e.succession == Succession::ask;
  const bool alone = e.shard_is_here == Tri::yes && e.best_of_shard;
  const bool cache = e.policy.data_may_go && e.waited >= e.policy.longest_wait;
  if (open && !e.forced && !e.in_place && !alone && !cache) return "goes while its succession is open";
  if (e.succession == Succession::impossible && !excused && !e.in_place && e.majority != Tri::yes)
    return "goes without a majority";
  if (!e.policy.data_may_go && !v.quarantine) return "goes unquarantined in place of a master";
  return nullptr;
}

// A copy takes the place only of what would otherwise hold the start for good, and where everything else allows it.
const char* broken_by_install(const StartEvidence& e) {
  auto without = e;
  without.kept_copy = Tri::no;
  const auto v = start(without);
  if (v.verdict.ruling != Ruling::refuse) return "replaces a dataset that does not hold the start";
  if (worth_loading(e)) return "replaces a dataset worth loading";
  if (e.recorded_keys == 0) return "replaces a dataset by guess";
  auto mended = without;
  mended.dataset = DatasetState::valid;
  mended.dataset_keys = e.recorded_keys;
  return start(mended).verdict.ruling == Ruling::go ? nullptr : "replaces a dataset although the start is not allowed";
}

// The law that the verdict breaks, or null.
const char* broken_law(const StartEvidence& e, const StartVerdict& v, Table& table) {
  if (!table.has(v.verdict)) return "answers with a rule that the table does not have";
  if (v.verdict.ruling == Ruling::go) {
    if (v.fatal) return "is fatal and goes";
    if (would_not_load(e.dataset) && !v.set_aside) return "goes with a dataset that the server would not load";
    if (v.set_aside && e.dataset == DatasetState::absent) return "sets aside what is not there";
    if (v.set_aside && e.dataset == DatasetState::valid && e.nodes_file == NodesFile::valid)
      return "sets aside what would load";
    return broken_by_go(e, v);
  }
  if (v.quarantine || v.set_aside) return "prepares a start that it does not allow";
  if (v.install != (v.verdict.rule == "kept-copy")) return "installs by another rule";
  if (v.install || v.verdict.rule == "kept-unread") return broken_by_install(e);
  if (v.fatal && v.verdict.ruling != Ruling::refuse) return "is fatal and waits";
  return nullptr;
}

std::string told(const StartEvidence& e, const StartVerdict& v) {
  std::ostringstream out;
  out << v.verdict.rule << "; forced " << e.forced << " in_place " << e.in_place << " nodes " << name(e.nodes_file)
      << " recorded " << e.recorded << " same " << name(e.same_identity) << " role " << name(e.role_by_file)
      << " slots " << name(e.owns_slots) << " succession " << name(e.succession) << " majority " << name(e.majority)
      << " here " << name(e.shard_is_here) << " best " << e.best_of_shard << " dataset " << name(e.dataset) << " keys "
      << (e.dataset_keys ? static_cast<std::int64_t>(*e.dataset_keys) : -1) << " recorded keys " << e.recorded_keys
      << " cache " << e.policy.data_may_go;
  return out.str();
}

class StartLaws : public testing::Test {
 protected:
  void check(const StartEvidence& e) {
    ++cases_;
    const auto v = start(e);
    if (const char* law = broken_law(e, v, table_)) FAIL() << law << ": " << told(e, v);
  }

  // Runs `next` for every dataset, record and policy.
  template <class Next>
  void each_dataset(StartEvidence& e, Next next) {
    for (const auto& f : found)
      for (const std::uint64_t recorded : {0U, 1000U})
        for (const int policy : {0, 1, 2}) {
          e.kept_copy = tris[cases_ % 3];  // turn by turn: every answer meets every dataset
          e.dataset = f.state;
          e.dataset_keys = f.keys;
          e.recorded_keys = recorded;
          e.policy.data_may_go = policy > 0;
          e.waited = policy == 2 ? e.policy.longest_wait : 0ms;
          next();
        }
  }

  // Runs `next` for every answer that the succession can bring.
  template <class Next>
  void each_succession(StartEvidence& e, Next next) {
    for (const Succession s : successions)
      for (const Tri majority : tris)
        for (const int why : {0, 1, 2, 3})
          for (const Tri here : tris)
            for (const bool best : flags) {
              e.succession = s;
              e.majority = majority;
              e.cold_start = why == 1;
              e.lost_majority = why == 2;
              e.cut_off = why == 3;
              e.shard_is_here = here;
              e.best_of_shard = best;
              next();
            }
  }

  Table table_{start_rules()};
  long cases_ = 0;
};

TEST_F(StartLaws, HoldForEverySlotOwner) {
  auto e = lone_master();
  for (const bool forced : flags)
    for (const bool in_place : flags)
      for (const bool recorded : flags)
        for (const Tri older : tris) {
          e.forced = forced;
          e.in_place = in_place;
          e.recorded = recorded;
          e.older_than_record = older;
          each_succession(e, [&] {
            if (!HasFatalFailure()) each_dataset(e, [&] { check(e); });
          });
          if (HasFatalFailure()) return;
        }
  EXPECT_GT(cases_, 500'000);
}

TEST_F(StartLaws, HoldForEveryIdentity) {
  auto e = lone_master();
  for (const bool forced : flags)
    for (const Tri cluster : tris)
      for (const auto file : {NodesFile::unknown, NodesFile::absent, NodesFile::damaged, NodesFile::valid})
        for (const bool recorded : flags)
          for (const Tri same : tris)
            for (const Role role : {Role::unknown, Role::master, Role::replica})
              for (const Tri slots : tris)
                for (const Succession s : successions) {
                  e.forced = forced;
                  e.cluster_enabled = cluster;
                  e.nodes_file = file;
                  e.recorded = recorded;
                  e.same_identity = same;
                  e.role_by_file = role;
                  e.owns_slots = slots;
                  e.succession = s;
                  each_dataset(e, [&] {
                    for (const Role by_record : {Role::unknown, Role::master, Role::replica}) {
                      e.role_by_record = by_record;
                      check(e);
                    }
                  });
                  if (HasFatalFailure()) return;
                }
  EXPECT_GT(cases_, 1'000'000);
}

TEST_F(StartLaws, HoldForEveryHostAndEveryWordOfTheOperator) {
  for (int word = 0; word < 32; ++word)
    for (int facts = 0; facts < 729; ++facts)
      for (const auto backoff : {0ms, 500ms})
        for (const Tri cluster : tris)
          for (const auto file : {NodesFile::absent, NodesFile::valid})
            for (const Succession s : {Succession::unknown, Succession::settled, Succession::impossible}) {
              auto e = lone_master();
              e.wanted_up = word & 1;
              e.held = word & 2;
              e.forced = word & 4;
              e.in_place = word & 8;
              e.restarts_spent = word & 16;
              int rest = facts;
              for (const auto fact :
                   {&StartEvidence::server_usable, &StartEvidence::port_free, &StartEvidence::directory_free,
                    &StartEvidence::directory_writable, &StartEvidence::disk_full, &StartEvidence::orphans}) {
                e.*fact = tris[rest % 3];
                rest /= 3;
              }
              e.backoff_left = backoff;
              e.cluster_enabled = cluster;
              e.nodes_file = file;
              e.succession = s;
              check(e);
              if (HasFatalFailure()) return;
            }
  EXPECT_GT(cases_, 800'000);
}

// The accident itself, said once without the ladder's own words: a master that held keys, killed, with nothing or
// rubbish on its disk, and a replica that may hold everything.
TEST_F(StartLaws, NeverLetAMasterComeBackEmptyWhileSomebodyMayHoldItsData) {
  for (const auto state : {DatasetState::unknown, DatasetState::absent, DatasetState::empty, DatasetState::truncated,
                           DatasetState::corrupt, DatasetState::foreign, DatasetState::unreadable})
    for (const Succession s : {Succession::unknown, Succession::ask, Succession::impossible})
      for (const Tri majority : tris)
        for (const bool in_place : flags)
          for (const Tri here : tris)
            for (const bool best : flags)
              for (const auto waited : {0s, 3600s, 86400s}) {
                auto e = lone_master();
                e.dataset = state;
                e.dataset_keys.reset();
                e.succession = s;
                e.majority = majority;
                e.in_place = in_place;
                e.shard_is_here = here;
                e.best_of_shard = best;
                e.waited = waited;
                ASSERT_NE(start(e).verdict.ruling, Ruling::go) << told(e, start(e));
              }
}

}  // namespace
}  // namespace slotwarden::decide
