// What slotwarden remembers of an instance outside its data directory, so that an empty directory is recognised as a
// loss. Written after every probe that changed it; read before every start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facts/cluster.h"
#include "facts/stamp.h"
#include "facts/units.h"

namespace slotwarden {

// A node of the cluster as last seen: enough to find it again while the local server is dead.
struct KnownNode {
  NodeId id;
  Endpoint at;
  NodeId master;  // empty for a master
  Slots slots;
  Epoch config_epoch;
  friend bool operator==(const KnownNode&, const KnownNode&) = default;
};

// A replica as its master last reported it.
struct KnownReplica {
  NodeId id;  // empty when the address could not be matched to a node
  Endpoint at;
  bool online = false;
  Offset offset;
  friend bool operator==(const KnownReplica&, const KnownReplica&) = default;
};

// What the last load or save that a probe saw left on disk.
struct LastSave {
  std::int64_t at_unix = 0;  // 0: none was seen
  bool aof = false;          // a rewrite of the append-only file
  std::uint64_t keys = 0;    // at the first probe after it
  std::uint64_t keys_with_expiry = 0;
  std::string replid;
  Offset offset;
  friend bool operator==(const LastSave&, const LastSave&) = default;
};

struct Record {
  Port port;
  NodeId node_id;
  Role role = Role::unknown;
  NodeId master;  // set iff role is replica
  Epoch config_epoch;
  Slots slots;
  bool ever_owned_slots = false;
  std::uint64_t keys = 0;
  std::uint64_t keys_with_expiry = 0;
  std::string replid;
  Offset offset;
  // The history that it went on from under `replid`, up to `second_offset`; empty when there was none (facts/copy.h).
  std::string replid2;
  Offset second_offset;
  std::vector<KnownReplica> replicas;  // of a master
  std::vector<OpenSlot> migrating;
  std::vector<OpenSlot> importing;
  std::vector<KnownNode> nodes;  // the whole cluster, this node included
  std::int64_t node_timeout_ms = 15000;
  Stamp seen;  // when a probe last confirmed it
  // The running process was started in quarantine and has not been released from it.
  bool quarantined = false;
  // It was started after another node had taken its slots over, and has not been seen as a replica yet.
  bool succeeded = false;
  // The last stop was ours, the process ended by itself with code 0, and no write came after its final save.
  bool stopped_cleanly = false;
  LastSave saved;
  // A dump was put in place of its append-only data: it is started with `appendonly no`, which is switched back once it
  // has loaded, until the server has written the append-only file anew.
  bool aof_pending = false;
};

// What the operator wants, kept apart from what is seen (law 6). Survives restarts and reboots.
struct Intent {
  bool up = true;
  bool held = false;  // `hold`: no automatic start until `release`
  // `stop --in-place` or `restart --in-place`: the operator gave up the hand-over for the next start.
  bool in_place = false;
  std::string who;     // "uid 0 (root), pid 4711"
  std::string reason;  // as given with --reason; empty otherwise
  std::int64_t at_unix_ms = 0;
  friend bool operator==(const Intent&, const Intent&) = default;
};

// Something that happened, as `slotwardenctl events` prints it.
struct Event {
  std::int64_t id = 0;  // 0 until stored
  std::int64_t at_unix_ms = 0;
  Port port;  // 0 for the daemon itself
  std::string event;
  std::string rule;  // empty where no rule ruled
  std::string detail;
};

// When voters were last asked about a master: voters of Redis, and of Valkey up to 8.0, refuse a second vote about the
// same master within two node timeouts (voted_time in Redis's cluster.c).
struct VoteClock {
  NodeId master;  // the node that was, or was to be, succeeded
  Stamp asked;
  NodeId candidate;
  bool won = false;
};

}  // namespace slotwarden
