// What slotwarden asks a server to do, each once. The caller chose the server and owns the connection; an error reply
// becomes an Error with the server's own words.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "adapters/resp.h"
#include "facts/cluster.h"
#include "facts/result.h"

namespace slotwarden::act {

namespace asio = boost::asio;

// CLUSTER FAILOVER FORCE on a replica. Success means accepted, not done: watch the role.
asio::awaitable<Result<void>> force_failover(adapters::RespConnection& replica);

// CLUSTER FAILOVER on a replica: coordinated with its live master. Success means accepted.
asio::awaitable<Result<void>> coordinated_failover(adapters::RespConnection& replica);

asio::awaitable<Result<void>> set_config(adapters::RespConnection& server, std::string name, std::string value);

// SHUTDOWN SAVE, or NOSAVE. Success: the connection ended, as it does when the server goes.
asio::awaitable<Result<void>> shutdown(adapters::RespConnection& server, bool save);

// CLUSTER SETSLOT n MIGRATING id for each.
asio::awaitable<Result<void>> open_migrating(adapters::RespConnection& master, std::vector<OpenSlot> slots);

}  // namespace slotwarden::act
