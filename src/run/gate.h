// Gathers the evidence for decide::start from the host, the data directory, the record and the succession.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "decide/start.h"
#include "formats/rdb.h"
#include "run/services.h"

namespace slotwarden::run {

// Reads what the decision needs, in the order in which the ladder may end early, and leaves what it read in the
// instance (server, nodes_file, looked_at, port_holder, …) for `explain`. Large datasets are read on the worker thread.
asio::awaitable<decide::StartEvidence> gather_start(Instance& i, Services& s);

// Rereads the server's own file and derives how to reach the server. False: `server_problem` says why.
bool read_server_file(Instance& i);

// Identifies a file's content without reading it (path, inode, size, time); empty when it is not there.
[[nodiscard]] std::string signature_of(const std::string& path);

// What a server of this program could load. Blocking.
[[nodiscard]] formats::RdbReader reader_of(const std::string& server);

// Looks at the dataset unless the files are those of the last look. A large one is read by a worker; how far that has
// come is in the instance meanwhile.
asio::awaitable<Dataset> look_at_dataset(Instance& i, Services& s);

}  // namespace slotwarden::run
