// What the keeper does to the files of an instance that does not run.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/outcome.h"
#include "run/services.h"

namespace slotwarden::run {

// Renames a dataset that would not load, beside where it was.
asio::awaitable<void> set_dataset_aside(Instance& i, Services& s);

// Carries the temporary files of dead writers from a full disk to the one of the state directory. Each is tried once:
// what cannot be carried away now cannot be a moment later either.
asio::awaitable<void> make_room(Instance& i, Services& s);

// Puts in place what an operator named by `accept-data`, and leaves the outcome there. The gate judges it afterwards
// like any other dataset. `e`: the facts of the host, of this moment.
asio::awaitable<void> accept_data(Instance& i, Services& s, decide::StartEvidence e);

// The command `accept-data`: has the keeper do the above, and waits for it. Refused while the server runs.
asio::awaitable<control::Outcome> accepted_data(Instance& i, Services& s, std::string from, std::string who);

}  // namespace slotwarden::run
