// Evidence in good order, one builder per decision. A test spoils one fact of it and names what follows.
#pragma once

#include <algorithm>
#include <chrono>
#include <ostream>
#include <span>
#include <vector>

#include "decide/start.h"
#include "decide/succession.h"
#include "facts/verdict.h"

namespace slotwarden {

inline std::ostream& operator<<(std::ostream& out, Ruling r) {
  return out << name(r);
}

namespace decide {

inline std::ostream& operator<<(std::ostream& out, Succession s) {
  return out << name(s);
}

using namespace std::chrono_literals;

inline const NodeId first_replica{"1111111111111111111111111111111111111111"};
inline const NodeId second_replica{"2222222222222222222222222222222222222222"};
inline const NodeId dead_master{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

// A replica that was attached until its master's death and has everything that the master sent.
inline Heir synced_replica(NodeId id = first_replica, std::int64_t offset = 5000) {
  Heir h;
  h.id = std::move(id);
  h.answers = Tri::yes;
  h.process_dead = Tri::no;
  h.online_at_death = Tri::yes;
  h.last_seen_offset = Offset{offset};
  h.role = Role::replica;
  h.loading = Tri::no;
  h.same_history = true;
  h.offset = Offset{offset};
  h.keys = 100;
  return h;
}

// One that lost its link some time before the death: it answers, and lacks what came after.
inline Heir late_replica(NodeId id = first_replica, std::int64_t offset = 4000) {
  auto h = synced_replica(std::move(id), offset);
  h.online_at_death = Tri::no;
  return h;
}

// One that answers and has nothing.
inline Heir empty_replica(NodeId id = first_replica) {
  auto h = synced_replica(std::move(id), 0);
  h.online_at_death = Tri::no;
  h.last_seen_offset.reset();
  h.same_history = false;
  h.keys = 0;
  return h;
}

// One that came back with its own disk's data after its master died: keys, but no place in the master's stream.
inline Heir replica_with_its_own_disk(NodeId id = first_replica) {
  auto h = empty_replica(std::move(id));
  h.offset = Offset{1};
  h.keys = 100;
  return h;
}

inline Heir silent_replica(NodeId id = first_replica) {
  Heir h;
  h.id = std::move(id);
  h.answers = Tri::no;
  h.process_dead = Tri::no;
  h.online_at_death = Tri::yes;
  h.last_seen_offset = Offset{5000};
  return h;
}

// One of three masters has just died without persistence; the two others answer, and so does its replica.
inline SuccessionEvidence master_just_died() {
  SuccessionEvidence e;
  e.master = dead_master;
  e.since_death = 5ms;
  e.keys_at_death = 100;
  e.offset_at_death = Offset{5000};
  e.voters = 3;
  e.voters_answering = 2;
  e.voters_keep_vote_clock = Tri::yes;
  e.heirs = {synced_replica()};
  e.local = DatasetState::absent;
  return e;
}

// The dataset on the dead master's disk: whole, and at this place of its stream.
inline void has_dataset(SuccessionEvidence& e, std::optional<std::int64_t> offset) {
  e.local = DatasetState::valid;
  e.local_keys = 100;
  e.local_offset.reset();
  if (offset) e.local_offset = Offset{*offset};
}

// A host on which everything is fit for a start.
inline StartEvidence fit_host() {
  StartEvidence e;
  e.server_usable = Tri::yes;
  e.port_free = Tri::yes;
  e.directory_free = Tri::yes;
  e.directory_writable = Tri::yes;
  e.disk_full = Tri::no;
  e.orphans = Tri::no;
  e.cluster_enabled = Tri::yes;
  e.kept_copy = Tri::no;
  return e;
}

// A master that nobody can succeed, with a whole dataset, about to start in its own place.
inline StartEvidence lone_master() {
  auto e = fit_host();
  e.nodes_file = NodesFile::valid;
  e.recorded = true;
  e.same_identity = Tri::yes;
  e.role_by_file = Role::master;
  e.role_by_record = Role::master;
  e.owns_slots = Tri::yes;
  e.succession = Succession::impossible;
  e.majority = Tri::yes;
  e.shard_is_here = Tri::no;
  e.dataset = DatasetState::valid;
  e.dataset_keys = 1000;
  e.recorded_keys = 1000;
  e.older_than_record = Tri::no;
  return e;
}

// Whether a verdict is one of the table's rules, word for word. Remembers what it has found, for the exhaustive laws.
class Table {
 public:
  explicit Table(std::span<const RuleText> rows) : rows_(rows) {}

  bool has(const Verdict& v) {
    const auto same = [&](const Verdict& k) { return k.rule.data() == v.rule.data() && k.ruling == v.ruling; };
    if (std::find_if(known_.begin(), known_.end(), same) != known_.end()) return true;
    for (const auto& r : rows_)
      if (r.rule == v.rule && r.ruling == v.ruling && r.because == v.because && r.release == v.release) {
        known_.push_back(v);
        return true;
      }
    return false;
  }

 private:
  std::span<const RuleText> rows_;
  std::vector<Verdict> known_;
};

}  // namespace decide
}  // namespace slotwarden
