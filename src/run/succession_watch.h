// Asks and settles the succession of one dead master: gathers evidence from the other nodes, lets decide::succession
// judge it, sends CLUSTER FAILOVER FORCE when it says so, and watches until a majority agrees.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "decide/succession.h"
#include "run/services.h"

namespace slotwarden::run {

// What a node last answered, and when.
struct Heard {
  Endpoint at;
  bool asking = false;
  bool failed = false;  // the last ask failed: refused, or silent for the time of one question
  std::optional<Instant> answered;
  std::optional<ServerInfo> info;
  std::optional<ClusterView> view;
  std::string trouble;  // an error it answered instead
};

// One per death (or per silence) of a slot-owning master; owned by its instance. `run` is started once and ends when
// `close` was called; whoever owns the watch keeps it alive until then by holding the shared pointer.
class SuccessionWatch : public std::enable_shared_from_this<SuccessionWatch> {
 public:
  // `may_ask` false: only look (the process still lives, or the operator gave up the hand-over).
  SuccessionWatch(Instance& i, Services& s, bool may_ask, Instant death);

  asio::awaitable<void> run();
  void close();

  [[nodiscard]] const decide::SuccessionEvidence& evidence() const { return evidence_; }
  [[nodiscard]] const decide::SuccessionVerdict& verdict() const { return verdict_; }
  [[nodiscard]] const std::map<NodeId, Heard>& heard() const { return heard_; }
  [[nodiscard]] bool may_ask() const { return may_ask_; }
  // Nothing was decided yet, or what was decided is on its way: every millisecond of the loop belongs to it.
  [[nodiscard]] bool hurries() const {
    return may_ask_ && (told_rule_.empty() || verdict_.answer == decide::Succession::ask);
  }

 private:
  void know_nodes();
  void ask_around();
  asio::awaitable<void> ask_node(NodeId id);
  [[nodiscard]] bool first_round_over() const;
  [[nodiscard]] bool is_witness(const NodeId& id) const;
  void gather();
  void gather_voters();
  void gather_views();
  [[nodiscard]] NodeId successor_in(const ClusterView& view) const;
  void gather_elders();
  void gather_heirs();
  void gather_clocks();
  void gather_dataset();
  [[nodiscard]] decide::Heir heir(const NodeId& id) const;
  [[nodiscard]] bool restarted_since_seen(const NodeId& id, const Heard& h) const;
  asio::awaitable<void> force(NodeId whom);
  void force_runs(bool runs);
  asio::awaitable<void> reopen_slots(NodeId successor);
  [[nodiscard]] bool is_news(std::string_view rule);
  void tell();
  void tell_settled();
  [[nodiscard]] std::chrono::milliseconds refresh() const;

  Instance& instance_;
  Services& services_;
  const bool may_ask_;
  const Instant death_;
  const NodeId master_;
  Slots slots_;  // those that the voters must show at the successor
  Epoch epoch_;
  std::vector<OpenSlot> migrating_;
  Bell bell_;
  std::map<NodeId, Heard> heard_;
  std::set<NodeId> witnesses_;  // whose view of the cluster is needed (decide/witnesses.h)
  decide::SuccessionEvidence evidence_;
  decide::SuccessionVerdict verdict_;
  std::optional<NodeId> asked_;  // the last one that was sent a FORCE, won or not
  Instant asked_at_{};
  VoteClock clock_;          // of that ask
  bool force_runs_ = false;  // it was accepted, and is neither won nor given up
  std::optional<std::uint64_t> lost_when_asked_;
  std::string told_rule_;
  std::map<std::string, Instant, std::less<>> told_at_;  // by rule
  bool settled_told_ = false;
  bool closed_ = false;
};

}  // namespace slotwarden::run
