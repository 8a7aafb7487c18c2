// What the daemon knows of the saves of one instance. The rooms of the loop that deal with saves share it; it decides
// nothing itself.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "adapters/resp.h"
#include "decide/full_sync.h"
#include "decide/save.h"
#include "facts/fork.h"
#include "facts/save_record.h"
#include "facts/server_info.h"
#include "run/clock.h"
#include "run/instance.h"

namespace slotwarden::run {

// A child that is at work.
struct ForkSeen {
  ForkedChild child;
  bool ordered = false;  // by slotwarden
  Instant began = now();
  Bytes predicted;
  std::chrono::milliseconds expected{0};
  // As they were when it began.
  Bytes memory;
  std::int64_t changes = 0;
  std::uint64_t dump = 0;  // its inode
  std::int64_t last_save_unix = 0;
  // Begun by the server for replicas, by way of a file; and they have gone since.
  std::optional<bool> for_replicas;
  bool replicas_gone = false;
  // Lately.
  Bytes cow;  // as the server says, which may be seconds old
  double share = 0;
  std::optional<Bytes> room_then;  // what the scarcest memory had left when it was first watched
  Bytes taken;                     // from it since then, while it is the only fork
  std::optional<Instant> told_to_end;
  std::string told_why;  // the rule
  bool told_stuck = false;
};

// Of a data directory.
struct DiskSeen {
  std::optional<Bytes> free;
  std::uint64_t device = 0;
  std::optional<Bytes> dump;  // the file's size; unset: there is none
  std::uint64_t inode = 0;    // of that file; each save makes a new one
};

// It has asked for all the data, and has got nothing of it yet.
[[nodiscard]] inline bool waits_for_sync(const AttachedReplica& r) {
  return r.state == "wait_bgsave";
}

// Of the replicas that ask a server for all its data.
struct SyncSeen {
  std::size_t waiting = 0;  // for which it has not begun
  std::optional<Instant> since;
  Instant fed{};             // the end of its last child: what it said before of those who wait is no longer so
  bool over_socket = false;  // whenever its delay has passed
  std::optional<std::int64_t> delay;  // in force, in seconds; unset: not known lately
  decide::SyncAnswer answer;          // of the last plan
  std::string told;                   // the rule that was told of last
};

struct SaveState {
  SaveRecord record;
  // To the server, of its own: the prober's may be waiting for an answer. Shared with whoever is asking.
  std::shared_ptr<adapters::RespConnection> connection;
  Pid connected_to;

  // Of the running process, by its INFO.
  Pid of;
  std::optional<std::int64_t> last_save_unix;
  Instant last_save = now();                 // by our clock, which does not jump
  std::chrono::milliseconds age_then{0};     // of the last save, at that moment
  std::optional<std::int64_t> changes_then;  // for the rate
  std::optional<std::int64_t> stream_then;
  Instant rate_at = now();
  std::optional<decide::WriteRate> rate;  // the highest lately
  std::optional<Instant> failed_at;
  // By its answer to the end of its last fork, which its next INFO does not know of yet.
  std::int64_t save_unix_then = 0;
  Instant judged_at{};

  // Of its directory, every few seconds.
  DiskSeen disk;
  Instant looked_at{};
  // Of its settings, every few seconds.
  std::optional<bool> own_points;
  bool another_saves = false;  // of its shard, by the cluster's view
  Instant controlled_at{};
  std::string control_problem;  // told of
  bool controlling = false;     // somebody is at it
  bool released = false;        // by an operator, until the next update
  bool may_not_order = false;   // it refuses BGSAVE to us: its save points are its own
  Instant lent_at{};

  SyncSeen sync;
  std::optional<ForkSeen> fork;
  std::optional<Instant> ordered_at;  // an order is on its way to the server
  decide::Asked asked = decide::Asked::no;
  std::string asked_by;
  Instant asked_at{};
  decide::SaveAnswer answer;  // of the last plan
  std::uint64_t ended = 0;    // how many of the saves that were asked for have ended, well or not

  [[nodiscard]] std::chrono::milliseconds age() const { return age_then + since(last_save); }
  // Lets go of what was known of another process.
  void forget_process(Pid now_running);
};

}  // namespace slotwarden::run
