// Asks the local servers how they are, once a second each, and draws what follows: the state, the record, the release
// from quarantine, slow or succeeded.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "adapters/resp.h"
#include "run/save_watch.h"
#include "run/services.h"

namespace slotwarden::run {

// One per instance. `tick` is called every second; at most one question is under way, however long its answer takes:
// a hung server keeps its connection, and the silence is what is noticed.
class Prober : public std::enable_shared_from_this<Prober> {
 public:
  Prober(Instance& i, Services& s) : instance_(i), services_(s) {}

  void tick();
  // The same at once, for what must not wait for the next second.
  void ask_now();

 private:
  asio::awaitable<void> ask();
  asio::awaitable<bool> unsettled();
  asio::awaitable<bool> connected();
  void answered_well(ServerInfo info, std::optional<ClusterInfo> cluster, std::optional<ClusterView> view);
  void answered_oddly(const std::string& trouble);
  void saw_cluster(const std::string& blind);
  void remember(const std::optional<ClusterView>& view);
  void remember_replicas();
  void remember_nodes(const ClusterView& view);
  void want_peers(const ClusterView& view);
  [[nodiscard]] bool wants_nodes() const;
  asio::awaitable<void> read_settings();
  asio::awaitable<void> judge_quarantine();
  asio::awaitable<void> fail_quarantine(Verdict v);
  asio::awaitable<Result<void>> release_quarantine();
  void judge_health();

  Instance& instance_;
  Services& services_;
  std::unique_ptr<adapters::RespConnection> connection_;
  Pid connected_to_;
  bool asking_ = false;
  Instant asked_ = now();
  int round_ = 0;
  bool settings_read_ = false;
  SaveWatch saves_;    // of the process that the connection is to
  bool fresh_ = true;  // nothing was seen of that process yet
  std::string last_trouble_;
  std::string last_blind_;  // why its view of the cluster could not be read
  // What CLUSTER NODES depended on when it was last asked.
  std::string nodes_key_;
  bool nodes_wanted_ = true;
  Record saved_;
  Instant saved_at_ = now();
};

}  // namespace slotwarden::run
