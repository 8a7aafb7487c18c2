// Masters of this host send all their data to replicas in turn, not all at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "run/save_ledger.h"
#include "run/save_settings.h"
#include "run/services.h"

namespace slotwarden::run {

class SyncTurns {
 public:
  SyncTurns(Services& s, SaveLedger& ledger, SaveSettings& settings)
      : services_(s), ledger_(ledger), settings_(settings) {}

  // Whether any of them is asked for its data, or a delay is to be put back: then `round` is worth its questions.
  [[nodiscard]] bool concern(const std::vector<Instance*>& which);

  // Lets syncs begin or keeps them waiting, by each server's repl-diskless-sync-delay; what is set was written down
  // before. `which` are those that serve.
  asio::awaitable<void> round(std::vector<Instance*> which, int at_once, const MemoryNow& memory);

 private:
  asio::awaitable<void> learn_settings(Instance& i, SaveState& s);
  [[nodiscard]] decide::SyncCandidate candidate(const Instance& i, SaveState& s, const MemoryNow& memory) const;
  asio::awaitable<void> set(Instance& i, SaveState& s, std::int64_t delay);
  asio::awaitable<Result<void>> set_delay(Instance& i, SaveState& s, HeldSyncs held);
  void tell(const Instance& i, SaveState& s);

  Services& services_;
  SaveLedger& ledger_;
  SaveSettings& settings_;
  Instant looked_ = now();
};

}  // namespace slotwarden::run
