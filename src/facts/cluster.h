// What a cluster node says about the cluster: CLUSTER NODES, CLUSTER INFO and nodes.conf as values.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/units.h"

namespace slotwarden {

// The 16384 hash slots of a cluster (CLUSTER_SLOTS in Redis's cluster.h).
using Slots = std::bitset<16384>;

// "0-5460 5462" (empty for none), as CLUSTER NODES writes it.
[[nodiscard]] std::string describe(const Slots& s);
// The reverse; nullopt unless the whole text is slots and ranges in that form.
[[nodiscard]] std::optional<Slots> slots_from(std::string_view text);

// The slot of a key: CRC16 (XMODEM) of the part between its first braces, where there is one, else of all of it.
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

enum class Role { unknown, master, replica };

[[nodiscard]] constexpr std::string_view name(Role r) {
  switch (r) {
    case Role::unknown: return "unknown";
    case Role::master: return "master";
    case Role::replica: return "replica";
  }
  return "";
}

// One slot that a reshard left open: leaving for `peer` (migrating) or arriving from it (importing).
struct OpenSlot {
  std::uint16_t slot = 0;
  NodeId peer;
  friend bool operator==(const OpenSlot&, const OpenSlot&) = default;
};

// One line of CLUSTER NODES or of nodes.conf: a node as the asked node sees it.
struct ClusterNode {
  NodeId id;
  Endpoint at;  // the client address; host is empty for the asked node itself when it does not know its own address
  std::uint16_t bus_port = 0;
  std::string hostname;
  std::string shard_id;
  bool myself = false;
  Role role = Role::unknown;  // unknown for a node in handshake
  bool pfail = false;         // "fail?": the asked node alone misses it
  bool fail = false;          // "fail": a majority of masters missed it
  bool handshake = false;
  bool noaddr = false;
  bool nofailover = false;
  NodeId master;  // set iff role is replica and its master is known
  Epoch config_epoch;
  bool link_up = false;
  Slots slots;
  std::vector<OpenSlot> migrating;  // only ever on the line of the asked node itself
  std::vector<OpenSlot> importing;
};

// The cluster as one node sees it. `currentEpoch` and `lastVoteEpoch` are in nodes.conf only.
struct ClusterView {
  std::vector<ClusterNode> nodes;
  std::optional<Epoch> current_epoch;
  std::optional<Epoch> last_vote_epoch;

  [[nodiscard]] const ClusterNode* myself() const;
  [[nodiscard]] const ClusterNode* find(const NodeId& id) const;
  // The node that owns `slot` in this view, or null.
  [[nodiscard]] const ClusterNode* owner(std::uint16_t slot) const;
  // Masters with at least one slot: those that vote, dead ones too (docs/server-behaviour.md, "Failure detection").
  [[nodiscard]] std::vector<const ClusterNode*> voters() const;
  [[nodiscard]] std::vector<const ClusterNode*> replicas_of(const NodeId& master) const;
};

// CLUSTER INFO.
struct ClusterInfo {
  bool state_ok = false;
  int slots_assigned = 0;
  int slots_ok = 0;
  int slots_pfail = 0;
  int slots_fail = 0;
  int known_nodes = 0;
  int size = 0;
  Epoch current_epoch;
  Epoch my_epoch;
};

}  // namespace slotwarden
