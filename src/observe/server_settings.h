// Asks a running server for its settings. Reads only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <vector>

#include "adapters/resp.h"
#include "facts/host.h"
#include "facts/result.h"
#include "formats/server_conf.h"

namespace slotwarden::observe {

namespace asio = boost::asio;

// Fills `server.settings`, the default user's commands and what differs from `file` (the directives of the server's own
// file; empty where it could not be read). Secrets among the answers are dropped here. An error says what the server
// answered instead.
asio::awaitable<Result<void>> ask_settings(adapters::RespConnection& connection, std::chrono::milliseconds patience,
                                           const std::vector<formats::Directive>& file, ServerSeen& server);

}  // namespace slotwarden::observe
