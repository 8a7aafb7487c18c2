// May this server start now, and if not, what would make it safe? (docs/architecture.md, "The start gate")
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "decide/succession.h"
#include "facts/cluster.h"
#include "facts/dataset.h"
#include "facts/policy.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

enum class NodesFile { unknown, absent, damaged, valid };

[[nodiscard]] constexpr std::string_view name(NodesFile f) {
  switch (f) {
    case NodesFile::unknown: return "unknown";
    case NodesFile::absent: return "absent";
    case NodesFile::damaged: return "damaged";
    case NodesFile::valid: return "valid";
  }
  return "";
}

// Everything the start decision may consider. A fact that could not be learned keeps its default.
struct StartEvidence {
  // The operator.
  bool wanted_up = true;
  bool held = false;
  bool forced = false;    // `start --force`: one start, by the operator's recorded word
  bool in_place = false;  // `restart --in-place`: the hand-over was given up by the operator's recorded word

  // The host.
  Tri server_usable = Tri::unknown;   // the binary and the server's own configuration can be read and agree with ours
  Tri port_free = Tri::unknown;       // nobody listens on the port or the bus port
  Tri directory_free = Tri::unknown;  // no other process has the data directory
  Tri directory_writable = Tri::unknown;
  Tri disk_full = Tri::unknown;
  Tri orphans = Tri::unknown;  // children of the dead server still run
  // Other servers of this host that load their data, or have just begun to fetch it from their masters; and how many of
  // them keep a replica from starting (0: none does).
  int others_loading = 0;
  int loading_at_once = 0;

  // Restarts.
  bool restarts_spent = false;  // the budget of the window is used up, or the server cannot be executed
  std::chrono::milliseconds backoff_left{0};

  // Identity.
  Tri cluster_enabled = Tri::unknown;  // by the server's own configuration
  NodesFile nodes_file = NodesFile::unknown;
  bool recorded = false;              // our record has an identity for this instance
  Tri same_identity = Tri::unknown;   // nodes.conf's own id is the recorded one (yes when there is no record)
  Role role_by_file = Role::unknown;  // by nodes.conf
  Role role_by_record = Role::unknown;
  Tri owns_slots = Tri::unknown;  // by nodes.conf, or by the record where that knows better; a master's question

  // Succession; meaningful for a master that owns slots.
  Succession succession = Succession::unknown;
  Tri majority = Tri::unknown;  // a majority of the masters that own slots can be formed without this one
  bool cold_start = false;      // succession answered cold-start
  bool lost_majority = false;   // succession answered lost-majority
  bool cut_off = false;         // succession answered cut-off
  // Succession answered replicas-unheard: a majority answers, and no replica can be asked or ruled out as a successor.
  bool replicas_unheard = false;
  // Every member of the shard is an instance of this daemon, none of them runs as a master, what each holds is known,
  // and no nodes.conf among them names another owner of the slots: nobody else can hold newer data or take the slots.
  // Running replicas do not spoil it: after a reboot they are up before their masters, and without a majority nobody
  // elects them.
  Tri shard_is_here = Tri::unknown;
  bool best_of_shard = false;  // with shard_is_here: no other member has a fresher or larger dataset, or has loaded one
  std::chrono::milliseconds waited{0};  // since this start was first asked for

  // The dataset.
  DatasetState dataset = DatasetState::unknown;
  // Unset where the format does not tell; of an append-only file an upper bound, where there is one.
  std::optional<std::uint64_t> dataset_keys;
  std::uint64_t recorded_keys = 0;
  Tri older_than_record = Tri::unknown;  // by replication offset, where both are known; a crash loses what was unsaved,
                                         // so this alone refuses nothing
  // A kept copy may take the dataset's place (decide/kept.h); asked only while the dataset speaks against a start.
  Tri kept_copy = Tri::unknown;
  StartPolicy policy;
};

struct StartVerdict {
  Verdict verdict;
  bool quarantine = false;  // start with replicas kept waiting until the loaded keys were counted
  bool set_aside = false;   // move a dataset that would not load aside first
  bool install = false;     // put the best kept copy in place, then ask again
  bool fatal = false;       // refuse for good: show FATAL instead of HELD
};

// Pure, total, fail-closed. The law: a master that owns slots whose succession is not settled never goes with a dataset
// that is absent, empty or damaged, nor with one much smaller than the record, unless the operator forced it or the
// policy says that data may go.
//
// The ladder (first match answers; policy `storage`):
//   operator-stop        not wanted up                                            -> refuse
//   operator-hold        held, not forced                                         -> refuse
//   unusable             server_usable == no                                      -> refuse, fatal
//   restarts-spent       restarts_spent, not forced                               -> refuse, fatal
//   directory-taken      directory_free == no                                     -> refuse
//   port-taken           port_free == no                                          -> refuse
//   orphans              orphans == yes (the caller ends them)                    -> wait 50 ms
//   backoff              backoff_left > 0, not forced                             -> wait for the rest
//   directory-unwritable directory_writable == no                                 -> refuse
//   disk-full            disk_full == yes                                         -> refuse (a failed save of
//   nodes.conf is fatal to it) host-unknown         any of the host's facts is still unknown                 -> wait
//   200 ms not-a-cluster-node   cluster_enabled == no: nobody else can hold its slots. The dataset rules below hold
//   (forced and
//                        data_may_go pass them); otherwise                        -> go
//   nodes-damaged        nodes_file == damaged                                    -> refuse
//   nodes-lost           nodes_file == absent and recorded, not forced            -> refuse
//   foreign-identity     same_identity == no, with a nodes_file                   -> refuse
//   identity-unknown     nodes_file or cluster_enabled unknown                    -> wait 200 ms
//   first-start          nodes_file == absent, not recorded, and the dataset absent, empty or valid (it will claim its
//                        slots); dataset unknown -> dataset-unread; one that would not load -> bad-dataset, unless
//                        forced or data_may_go                                           -> go
//   forced               nodes_file == absent, recorded, forced, dataset known: a new node without slots. Any dataset
//   is
//                        set aside: it belongs to the identity that was lost, and a new node must not claim its slots
//                                                                                 -> go, quarantined
//   identity-unknown     same_identity, role_by_file, or a master's owns_slots unknown          -> wait 200 ms
//   replicas-turn        a replica, or a master that was succeeded, while others_loading >= loading_at_once > 0; not
//                        where forced                                             -> wait 500 ms
//   never-owned          a master that owns no slots                              -> go (set_aside if it would not
//   load) replica              replica by nodes.conf                                    -> go (set_aside if it would
//   not load) forced               forced, dataset known: the operator's recorded word      -> go, quarantined
//   (set_aside if it
//                        would not load)
//   settled              succession settled on another node                       -> go, quarantined, set_aside if it
//   would
//                        not load
//   in-place             in_place, dataset valid, not shrunken, and not known to be older than the record (then a
//   replica
//                        has more, and the succession decides); dataset unknown -> dataset-unread
//                                                                                 -> go, quarantined
//   cache-waited         policy.data_may_go and (succession impossible, or waited >= policy.longest_wait)
//                                                                                 -> go (set_aside if it would not
//                                                                                 load)
//   cold-start           succession unknown, cold_start, not alone                -> wait 1 s
//   lost-majority        succession unknown, lost_majority, not alone             -> wait 1 s
//   cut-off              succession unknown, cut_off, not alone                   -> wait 500 ms
//   succession-open      succession unknown or ask, not alone                     -> wait
//   dataset-unread       dataset unknown                                          -> wait 50 ms
//   kept-unread          the dataset speaks against a start (the three rules below), everything else would allow it,
//                        policy.install_kept, and the kept copies were not looked at                 -> wait 50 ms
//   kept-copy            the same, and kept_copy == yes                           -> wait, install
//   empty-dataset        dataset absent or empty, and the record has keys, or there is no record    -> refuse
//   bad-dataset          dataset truncated, corrupt, foreign, too new, unreadable -> refuse
//   shrunken-dataset     dataset valid, keys known, fewer than fewest_keys_percent of the
//                        recorded keys (and any fall to zero)                     -> refuse
//   shard-is-here        alone                                                    -> go, quarantined
//   in-its-own-place     succession impossible, majority == yes                   -> go, quarantined
//   unproven             anything else                                            -> wait 500 ms
//
// "Alone": shard_is_here == yes and best_of_shard, while the succession is unknown because of cold_start,
// lost_majority, cut_off or replicas_unheard: nobody can be elected, and no vote is needed to know that the best copy
// is this one. Otherwise, with a majority, the succession decides, also in a shard that is wholly here.
//
// nodes.conf's role counts and the record's does not: a promotion or a demotion is fsynced there before a probe sees
// it, so with the same identity the file is never the older of the two.
[[nodiscard]] StartVerdict start(const StartEvidence& e);

[[nodiscard]] std::span<const RuleText> start_rules();

// Whether a kept copy would release the start: worth looking for one.
[[nodiscard]] bool wants_kept_copy(const StartEvidence& e);

// "Much smaller than the record": known keys below the policy's share of the recorded ones, or none where there were
// some.
[[nodiscard]] bool shrunken(std::optional<std::uint64_t> keys, std::uint64_t recorded, const StartPolicy& p);

// A state with which the server would not start, or would start with less than the file once held.
[[nodiscard]] bool would_not_load(DatasetState s);

}  // namespace slotwarden::decide
