// The life of one instance: take back a server that runs, or ask the gate and start it; wait until it ends; again.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "run/services.h"

namespace slotwarden::run {

// Runs until the daemon stops or the instance is removed from the configuration and its server has ended. The instance
// must outlive it.
asio::awaitable<void> keep(Instance& i, Services& s);

// Until it is known of each of them whether it runs: a fresh daemon has looked for the servers of the last one. Two
// seconds at most, so that one whose look does not end is shown as it stands.
asio::awaitable<void> until_looked_for(std::vector<Instance*> which, Services& s);

// Opens the question of the succession for a dead (or silent) slot-owning master, unless it is open already.
// `may_ask` false: look only.
void open_succession(Instance& i, Services& s, bool may_ask, Instant death);
void close_succession(Instance& i);

}  // namespace slotwarden::run
