// Everything that the daemon knows about one instance. The rooms of the loop (keeper, prober, succession, planned
// stops, commands) share it; it decides nothing itself.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/process.h"
#include "adapters/resp.h"
#include "config/config.h"
#include "decide/backoff.h"
#include "decide/lifecycle.h"
#include "decide/start.h"
#include "decide/succession.h"
#include "facts/dataset.h"
#include "facts/policy.h"
#include "facts/record.h"
#include "facts/server_info.h"
#include "formats/server_conf.h"
#include "observe/files.h"
#include "observe/kept.h"
#include "observe/memory.h"
#include "observe/progress.h"
#include "run/bell.h"
#include "run/clock.h"
#include "run/host_look.h"
#include "run/peers.h"

namespace slotwarden::run {

class SuccessionWatch;

// A dataset that was looked at, with what identifies the files it was read from: looked at again only when those
// change.
struct LookedAt {
  std::string signature;
  Dataset dataset;
};

// A copy kept beside the data, as it was found when it was last read through.
struct KeptSeen {
  std::string signature;  // of the file and its note
  observe::KeptFile file;
  Dataset found;
  Verdict verdict;
  bool failed = false;  // it could not be put in place
};

// What a worker reads through at this moment, and how far it has come.
struct Reading {
  std::string what;
  std::shared_ptr<observe::Progress> progress;
};

// What became of a copy that an operator named.
struct Named {
  Verdict verdict;   // by decide::accept; its rule is empty where an error came before it
  std::string text;  // a sentence for people: what was installed and what became of what was there, or what is wrong
  bool installed = false;
};

// `accept-data`: carried out by the keeper while the process is down.
struct Accept {
  std::string from;
  std::string who;
  std::optional<Named> outcome;  // once it was tried
};

struct Ended {
  ExitStatus status;
  Instant at;
  std::int64_t at_unix_ms = 0;
  std::chrono::milliseconds lived{0};
  bool asked = false;         // by us
  bool host_refused = false;  // it never ran: the host had no process, memory or descriptor to give
};

struct Instance {
  Instance(const asio::any_io_executor& on, config::InstanceConfig c, Policy p)
      : conf(std::move(c)), policy(std::move(p)), bell(on) {}

  config::InstanceConfig conf;
  Policy policy;

  // The server's own file, read before every start and at adoption.
  std::optional<formats::ServerConf> server;
  std::string server_problem;  // why `server` is unset, or why it cannot be used
  Access access;               // to the server itself and to its cluster

  // Remembered.
  Record record;
  bool recorded = false;
  Intent intent;

  // Seen.
  ProcessState state = ProcessState::stopped;
  Instant state_since = now();
  std::int64_t state_since_unix_ms = unix_ms();
  std::optional<ProcessIdentity> process;         // the running one, or the last one that ran
  std::unique_ptr<adapters::ProcessWatch> watch;  // set iff a process runs
  std::optional<adapters::DirectoryLock> lock;
  bool looked_for =
      false;  // whether it runs already is known: an earlier daemon's server was taken back, or there is none
  bool adopted = false;
  // The kernel's count of OOM kills when the process was started or taken back: if it has not grown, none was of it.
  std::optional<std::uint64_t> oom_kills_before;
  // Those in its control group, seen a moment ago; set iff it has a group of its own.
  std::optional<observe::OomCount> group_oom;
  Instant started = now();
  std::optional<ServerInfo> info;  // of the running process
  std::optional<ClusterInfo> cluster;
  NodeId saver;                     // who saves its shard, by its last view of the cluster; empty: not known
  std::optional<Instant> answered;  // set iff the running process ever answered
  std::string trouble;              // LOADING, BUSY, …; empty while all is well
  std::int64_t maxclients_by_file = 0;
  observe::NodesConf nodes_file;
  std::optional<LookedAt> looked_at;
  std::optional<Reading> reading;
  std::vector<Leftover> leftovers;
  std::set<std::string> carried;  // leftovers that were, or could not be, carried to another disk
  std::vector<KeptSeen> copies;   // kept beside the data; looked at while the dataset holds a start
  std::optional<Ended> ended;
  std::deque<Ended> unasked_ends;  // newest last; cleared by the operator's start or stop
  decide::Restart backoff;         // drawn after the last of them
  Instant backoff_from = now();
  std::string cannot_execute;  // why the last spawn failed for good
  std::string cannot_execute_signature;

  // Decided.
  decide::StartEvidence evidence;
  decide::StartVerdict gate;
  Instant gate_asked = now();
  std::optional<Instant> down_since;  // set iff no process runs and one is wanted
  std::string port_holder;            // who has the port, the directory; for people
  std::string directory_holder;
  // What the dataset that the running process was started with promised; for the quarantine.
  std::optional<std::uint64_t> promised_keys;
  std::uint64_t promised_with_expiry = 0;
  bool start_was_forced = false;
  std::string health_rule = "healthy";
  std::string health_because;
  std::shared_ptr<SuccessionWatch> succession;  // set iff its question is open

  // Asked of us.
  bool forced = false;  // one start, by the operator's word
  std::string forced_by;
  bool stop_asked = false;  // the running process was asked to end
  std::string leaving;      // what a shutdown of the host that is under way means to it
  std::optional<Accept> accept;
  bool planned = false;    // a planned stop, restart or hand-over is under way
  bool removed = false;    // gone from the configuration: let go of it
  bool kept = false;       // a keeper runs for it
  bool take_back = false;  // its identity was just written: look for the process again
  bool let_go = false;     // given back: its keeper ends while the process runs on

  std::function<void()> saved_now;  // a save of it was seen, or it has begun to serve
  std::function<void()> probe_now;  // asks the server at once instead of at the next tick

  Bell bell;                 // wakes the keeper: something changed that may change its verdict
  std::set<Bell*> watchers;  // whoever waits for this instance to change

  [[nodiscard]] Port port() const { return conf.port; }
  void changed() {
    bell.ring();
    for (auto* w : watchers) w->ring();
  }
  // Where the server runs and keeps its files; its own `dir` resolved against the folder of its configuration file.
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] adapters::Address address() const;
  // To the other nodes of its cluster: encrypted only where its cluster bus is, since their addresses then name TLS
  // ports.
  [[nodiscard]] Access peer_access() const;
  [[nodiscard]] bool cluster_node() const { return server && server->cluster_enabled; }
  // By nodes.conf where it can be read, by the record otherwise.
  [[nodiscard]] bool was_slot_owner() const;
  [[nodiscard]] Slots slots_at_death() const;
  [[nodiscard]] std::chrono::milliseconds node_timeout() const {
    return std::chrono::milliseconds(record.node_timeout_ms);
  }
};

// Lets a coroutine wait for an instance to change, for as long as it lives.
class Watching {
 public:
  Watching(Instance& i, const asio::any_io_executor& on) : instance_(i), bell_(on) {
    instance_.watchers.insert(&bell_);
  }
  ~Watching() { instance_.watchers.erase(&bell_); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  asio::awaitable<bool> wait(std::chrono::milliseconds longest) { return bell_.wait(longest); }

 private:
  Instance& instance_;
  Bell bell_;
};

}  // namespace slotwarden::run
