// One fork at a time: gathers what the plan of the saves needs, deals out the leases, watches the children, and ends
// one before the kernel would end a server.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control/explanation.h"
#include "control/outcome.h"
#include "control/saves.h"
#include "decide/rehearsal.h"
#include "facts/save_policy.h"
#include "run/bell.h"
#include "run/save_ledger.h"
#include "run/save_settings.h"
#include "run/services.h"
#include "run/spare_processors.h"
#include "run/sync_turns.h"

namespace slotwarden::run {

class SaveRotation {
 public:
  SaveRotation(Services& s, HostSavePolicy policy, std::chrono::milliseconds probe_interval);

  // Both until the daemon stops: who saves next, and what the children copy meanwhile.
  asio::awaitable<void> run();
  asio::awaitable<void> watch();

  void take_up(HostSavePolicy policy);
  void end();

  // Has them saved as soon as memory allows; `at_once`: before everybody else. Returns when each was saved, or cannot
  // be.
  asio::awaitable<std::vector<control::Outcome>> save(std::vector<Instance*> which, bool at_once, std::string who);

  // Lets them save by their own save points again, until the next take_up.
  asio::awaitable<std::vector<control::Outcome>> release(std::vector<Instance*> which, std::string who);

  // What there is for a server that is started beside saves: memory, also of the groups that this daemon is in, and the
  // forks to which some of it is promised.
  [[nodiscard]] decide::RehearsalEvidence room_beside_saves() const;
  // Such a server: what it will take, and has taken so far (`cow`). No save is begun on that memory; unset when it
  // ended.
  void promise(std::optional<decide::ForkUnderWay> other) { promised_ = std::move(other); }

  [[nodiscard]] control::SavesReply report(const std::vector<Instance*>& which) const;
  [[nodiscard]] std::vector<control::Fact> facts_of(const Instance& i) const;

 private:
  void recall();
  asio::awaitable<void> round();
  asio::awaitable<void> look_around();
  asio::awaitable<void> let_sync();
  asio::awaitable<void> settle();
  asio::awaitable<void> judge_end(Port port);
  asio::awaitable<void> look_at_disk(const Instance& i, SaveState& s);
  [[nodiscard]] decide::SaveEvidence evidence();
  void add_promised(decide::SaveEvidence& e) const;
  [[nodiscard]] decide::SaveCandidate candidate(const Instance& i, SaveState& s) const;
  asio::awaitable<void> begin(Instance& i, SaveState& s);
  asio::awaitable<void> balance(Bytes short_by);
  asio::awaitable<void> await_end(Pid child);
  void watch_once();
  void end_child(Port port, std::string_view rule);
  void alert(const decide::WatchAnswer& answer);
  asio::awaitable<control::Outcome> released(Instance& i, std::string who);
  asio::awaitable<control::Outcome> saved(Instance& i, std::uint64_t before);
  [[nodiscard]] Instance* instance(Port p) const;
  [[nodiscard]] bool answers(const Instance& i) const;
  [[nodiscard]] bool blind();
  void look_at_memory();

  Services& services_;
  HostSavePolicy policy_;
  std::chrono::milliseconds probe_interval_;
  SaveLedger ledger_;
  SaveSettings settings_;
  SyncTurns syncs_;
  Bell planner_;
  Bell watcher_;
  std::optional<decide::ForkUnderWay> promised_;
  MemoryNow memory_;
  Instant memory_seen_{};
  std::optional<Bytes> before_;  // of the host, at the last look
  Instant looked_ = now();
  Bytes shrinking_;  // a second, lately
  SpareProcessors spare_;
  int leases_ = 1;
  std::optional<int> pressure_;
  std::set<std::string_view> alerted_;  // the rules that were told of since memory was last enough
  std::optional<Instant> blind_since_;
  std::optional<Instant> short_since_;  // a save cannot begin for want of memory
};

}  // namespace slotwarden::run
