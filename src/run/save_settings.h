// What is set on servers for the sake of saves, and put back: their own save points, and the maxmemory of those that
// lend memory. Whatever is set was written down before; whoever finds it later puts it right.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "decide/save_control.h"
#include "decide/yield.h"
#include "run/save_ledger.h"
#include "run/services.h"

namespace slotwarden::run {

class SaveSettings {
 public:
  SaveSettings(Services& s, SaveLedger& ledger) : services_(s), ledger_(ledger) {}

  // A connection of our own to a running server; null, and said once, when there is none.
  asio::awaitable<std::shared_ptr<adapters::RespConnection>> connection(Instance& i, SaveState& s);

  // Takes over when a server saves, or hands it back, as the policy says now; each server every few seconds. Unless
  // slotwarden is `able` to save it, it is handed back whatever the policy says.
  asio::awaitable<void> control(Instance& i, SaveState& s, bool able);

  // One step towards `missing` bytes from servers whose policy allows it.
  asio::awaitable<void> lend(Bytes missing);
  // Gives back everything that was lent.
  asio::awaitable<void> give_back();
  [[nodiscard]] Bytes yieldable() const;
  [[nodiscard]] bool lent() const;
  [[nodiscard]] bool lending() const { return lending_; }

 private:
  asio::awaitable<void> compare(Instance& i, SaveState& s, bool able);
  [[nodiscard]] static decide::ControlEvidence evidence(const Instance& i, const SaveState& s, bool able);
  [[nodiscard]] static std::string not_able(const Instance& i, const SaveState& s, bool able);
  asio::awaitable<Result<void>> carry_out(Instance& i, SaveState& s, decide::ControlPlan plan);
  asio::awaitable<void> step(decide::YieldStep step);
  asio::awaitable<Result<void>> set_maxmemory(Instance& i, SaveState& s, decide::YieldStep step);
  [[nodiscard]] std::vector<decide::Yielding> yielding() const;
  [[nodiscard]] Instance* instance(Port p) const;
  void complain(Port p, SaveState& s, const std::string& what);

  Services& services_;
  SaveLedger& ledger_;
  bool lending_ = false;
};

}  // namespace slotwarden::run
