// What slotwarden does to files and left-over processes of a dead server. Nothing is ever deleted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::act {

namespace asio = boost::asio;

// Renames a dataset file, or the folder of an append-only file, to "<name>.set-aside-<UTC time>" beside it, never over
// anything that exists, and syncs the directory. Returns the new path.
[[nodiscard]] Result<std::string> set_aside(const std::string& path);

// Ends the children of a dead server: each is signalled (SIGKILL) through a pidfd after its session was checked again
// to be `session`, and awaited. Returns when all of them are gone.
asio::awaitable<Result<void>> end_processes(std::vector<Pid> children, Pid session);

}  // namespace slotwarden::act
