// Replicas ask masters of this host for a full sync: whose is begun now, and whose wait, with their own data intact?
//
// A master that sends over a socket begins repl-diskless-sync-delay seconds after a replica asked; a longer delay keeps
// the replica waiting, and the shorter one lets it go, also while it waits (docs/server-behaviour.md, "Full syncs").
//
// Pure and total: every candidate gets one answer. Guards: what a server does by itself is only put off on a proof that
// it would be too much, so memory that is not known holds nobody; the delay reaches two minutes beyond the present
// wait, so that every sync begins by itself soon after slotwarden was last there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decide/save.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct SyncCandidate {
  Port port{};
  bool may_hold = false;    // its saves are scheduled, and it sends over a socket whenever its delay has passed
  std::size_t waiting = 0;  // replicas for which it has not begun
  bool feeding = false;     // it is at work for replicas: a child, or a file on its way
  bool alone = false;       // none of its replicas is in sync
  std::chrono::milliseconds waited{0};  // the longest of them
  Bytes predicted{};                    // what the child would copy
  std::vector<std::size_t> domains{};   // as in SaveEvidence
  // Seconds: its own setting, and what is in force.
  std::int64_t own_delay = 5;
  std::int64_t delay = 5;
};

struct SyncEvidence {
  std::vector<SyncCandidate> candidates{};
  std::vector<ForkUnderWay> forks{};
  std::optional<std::vector<MemoryDomain>> memory{};  // unset: not known
  int at_once = 2;                                    // 0: as many as ask
};

struct SyncAnswer {
  Port port{};
  Verdict verdict{};
  std::int64_t delay = 0;  // that is to be in force, in seconds
};

[[nodiscard]] std::vector<SyncAnswer> plan_syncs(const SyncEvidence& e);

[[nodiscard]] std::span<const RuleText> full_sync_rules();

}  // namespace slotwarden::decide
