// Planned stops and restarts: hand over first, verify, then touch the process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "control/outcome.h"
#include "run/services.h"

namespace slotwarden::run {

struct PlannedOptions {
  bool in_place = false;   // no hand-over, by the operator's word
  bool take_back = false;  // restart: take the role back afterwards
  bool together = false;   // stop: every member of the shard goes down, so there is nobody to hand over to
  std::string who;
  std::string reason;
};

// Stops one instance and leaves it down; the intent is stored before the process is touched. A master's last writes are
// saved when it stops without a hand-over.
asio::awaitable<control::Outcome> planned_stop(Instance& i, Services& s, PlannedOptions o);

// Hands over, stops, starts, and returns once it serves again (a replica: linked to its master).
asio::awaitable<control::Outcome> planned_restart(Instance& i, Services& s, PlannedOptions o);

// Restarts one after the other in decide::rolling_order; ends at the first that does not verify. What is left is
// remembered under "rolling" until it is done.
asio::awaitable<std::vector<control::Outcome>> rolling_restart(std::vector<Instance*> which, Services& s,
                                                               PlannedOptions o);

}  // namespace slotwarden::run
