// The user's own program, run for each new generation: to take it elsewhere.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "facts/kept_copy.h"
#include "run/services.h"

namespace slotwarden::run {

// Runs the policy's `backup.hook` as the server's user, without arguments or a shell, in a session of its own, and
// tells how it ended. What is in its environment: docs/operations.md. Past its limit it and what it started are ended.
asio::awaitable<void> run_backup_hook(Instance& i, Services& s, KeptCopy generation);

}  // namespace slotwarden::run
