// A master brought back to a generation of its backups, by an operator's word.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "control/outcome.h"
#include "run/elections.h"
#include "run/services.h"

namespace slotwarden::run {

struct RestoreOptions {
  std::string generation;                         // its name among the kept copies
  bool plan = false;                              // only say what would be done, and what would be lost
  std::shared_ptr<observe::Progress> progress{};  // of reading it; may be null
  std::string who;
  std::string reason;
};

// The generation is read through before anything is touched. Then its replicas are told not to stand for election, the
// server is stopped without a hand-over, its dataset exchanged as by accept-data, and it is started in quarantine: its
// replicas copy from it once its keys were counted. What was there is kept. Where that fails, what is in place is as it
// was, or the generation; the outcome says which.
asio::awaitable<control::Outcome> restore(Instance& i, Services& s, Elections& elections, RestoreOptions o);

}  // namespace slotwarden::run
