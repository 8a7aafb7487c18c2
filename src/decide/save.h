// Which servers of this host may fork now, and what each of the others waits for.
//
// Pure and total: every candidate gets one answer. Fail-closed: nothing forks while the memory is not known.
// Guards: no more forks than leases; with every fork's prediction paid for, no memory below its reserve; the most
// overdue first, and nobody smaller is let past one that is late and waits for memory that will be free.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decide/cow.h"
#include "facts/cluster.h"
#include "facts/fork.h"
#include "facts/save_policy.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// Memory that several servers share: the host's, or that of a control group. A server may be in several.
struct MemoryDomain {
  std::string name;  // "host", or the group's path
  Bytes available;   // what could be had now without harm
  Bytes reserve;     // what must be left of it
};

// A child that is at work, whoever ordered it.
struct ForkUnderWay {
  Port port{};
  ForkKind kind = ForkKind::unknown;
  Bytes predicted{};   // all that it will copy
  Bytes cow{};         // what it has copied so far; is missing from `available` already
  bool stuck = false;  // far beyond its time: it counts against the memory, but gives its lease back
  std::vector<std::size_t> domains{};
};

enum class Asked { no, in_turn, now };  // `save PORT`; `save PORT --now`: before all others

struct SaveCandidate {
  Port port{};
  SavePolicy policy;
  Tri serving = Tri::unknown;
  bool has_points = true;  // its own settings, before slotwarden's, have save points
  bool append_only = false;
  bool synced = true;          // for a replica: its link is up
  bool another_saves = false;  // saver_of() names another member of its shard
  Asked asked = Asked::no;
  // Since its last good save; unset: there is none, as far as anybody knows. Then its uptime counts.
  std::optional<std::chrono::milliseconds> age;
  std::chrono::milliseconds up{0};
  std::uint64_t changes = 0;  // since the last save
  std::uint64_t keys = 0;
  int failures = 0;  // in a row
  std::chrono::milliseconds since_failure{0};
  // Of the append-only file; unset where there is none.
  std::optional<Bytes> aof_base;
  std::optional<Bytes> aof_size;
  // Cost.
  CowEvidence cow;  // its margin is taken from the policy
  Bytes file;       // what the new file will need
  std::uint64_t device = 0;
  std::optional<Bytes> disk_free;
  std::vector<std::size_t> domains{};
};

struct SaveEvidence {
  std::vector<SaveCandidate> candidates;
  std::vector<ForkUnderWay> forks;
  std::optional<std::vector<MemoryDomain>> memory;  // the first is the host's; unset: not known
  std::optional<int> pressure_percent;              // unset: the kernel does not tell
  int pressure_allowed = 10;
  int leases = 1;
  int minute_of_week = 0;
};

struct SaveAnswer {
  Port port{};
  Verdict verdict{};
  ForkKind kind = ForkKind::rdb_save;  // what is, or would be, forked
  Bytes predicted{};
  double urgency = 0;  // 1: it should have been saved now at the latest
};

struct SavePlan {
  std::vector<SaveAnswer> answers;  // the most urgent first
  // What is missing for the most overdue one, when nothing that runs will give it back; 0: nothing.
  Bytes short_by;
  Port short_for;
};

[[nodiscard]] SavePlan plan_saves(const SaveEvidence& e);

// How many forks at once: as the operator said, else as many as were at work while idleness was measured, and one more
// for each processor, or most of one, that was idle beside them; never more than four, since they share a disk.
struct LeaseEvidence {
  int wanted = 0;  // 0: as many as fit
  int processors = 1;
  double idle = 0;  // processors' worth of idleness, lately
  int forks = 0;    // that were at work meanwhile
};
[[nodiscard]] int leases_of(const LeaseEvidence& e);

[[nodiscard]] std::span<const RuleText> save_rules();

}  // namespace slotwarden::decide
