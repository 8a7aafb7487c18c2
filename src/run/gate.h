// Gathers the evidence for decide::start from the host, the data directory, the record and the succession.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "decide/start.h"
#include "run/services.h"

namespace slotwarden::run {

// Reads what the decision needs, in the order in which the ladder may end early, and leaves what it read in the
// instance (server, nodes_file, looked_at, port_holder, …) for `explain`. Large datasets are read on the worker thread.
asio::awaitable<decide::StartEvidence> gather_start(Instance& i, Services& s);

// Rereads the server's own file and derives how to reach the server. False: `server_problem` says why.
bool read_server_file(Instance& i);

// Identifies a file's content without reading it (path, inode, size, time); empty when it is not there.
[[nodiscard]] std::string signature_of(const std::string& path);

// Looks at the dataset unless the files are those of the last look.
asio::awaitable<Dataset> look_at_dataset(Instance& i, Services& s);

}  // namespace slotwarden::run
