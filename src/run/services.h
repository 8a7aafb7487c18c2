// What the coroutines of the loop use besides the instance they serve.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "run/instance.h"
#include "run/journal.h"
#include "run/memory.h"
#include "run/peers.h"
#include "run/process_scan.h"

namespace slotwarden::run {

struct Services {
  asio::any_io_executor loop;
  Memory& memory;
  Journal& journal;
  Peers& peers;
  asio::thread_pool& readers;  // reading datasets
  asio::thread_pool& scans;    // short looks into /proc and onto the disk
  asio::thread_pool& backups;  // verifying and copying generations, which a start must not wait for
  asio::thread_pool& systemd;  // its bus may keep us waiting for seconds, which nothing else must
  ProcessScan& processes;      // for those looks
  std::string boot_id;
  std::string state_dir;
  std::string log_dir;
  std::vector<std::unique_ptr<Instance>>& instances;
  std::mt19937 chance{std::random_device{}()};
  int replica_starts_at_once = 4;  // by the host's policy
  int forces_running = 0;          // CLUSTER FAILOVER FORCEs of this daemon that are neither won nor given up
  bool stopping = false;           // the daemon is on its way out: start nothing
  std::string host_shutdown{};     // whether a shutdown of the host waits for its masters; empty: nobody can tell

  [[nodiscard]] Instance* local(const NodeId& id) const {
    for (const auto& i : instances)
      if (id.known() && i->record.node_id == id) return i.get();
    return nullptr;
  }
  [[nodiscard]] Stamp stamp() const { return {boot_id, boot_ms(), unix_ms()}; }
  [[nodiscard]] std::string identity_file(Port p) const {
    return state_dir + "/run/" + std::to_string(p.n) + ".process";
  }
  // Where leftovers of dead writers go when the disk of the data is full.
  [[nodiscard]] std::string aside_folder(Port p) const { return state_dir + "/aside/" + std::to_string(p.n); }
  // As who its output is in the journal (journalctl -t redis-7000); empty where we do not log there ourselves.
  [[nodiscard]] static std::string journal_name(Port p);
  [[nodiscard]] std::string output_file(Port p) const { return log_dir + "/" + std::to_string(p.n) + ".log"; }
};

// Changes an instance's state by the table of decide/lifecycle.h and wakes whoever watches it.
void move(Instance& i, decide::LifeEvent on);

// Starts a coroutine of its own whose failure is logged, never thrown.
void start(const asio::any_io_executor& on, std::string name, asio::awaitable<void> work);

}  // namespace slotwarden::run
