// What slotwarden has servers fork, and how it ends such a child.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "adapters/resp.h"
#include "facts/fork.h"
#include "facts/result.h"

namespace slotwarden::act {

namespace asio = boost::asio;

// BGSAVE or BGREWRITEAOF. Never SCHEDULE: it would fork at a moment of the server's choice. Success: it has forked.
// EACCES: the server does not know the command, or not for us.
asio::awaitable<Result<void>> begin_save(adapters::RespConnection& server, ForkKind kind);

// Ends a forked child in the way that no version takes for a failure of the save (SIGUSR1), so that writes go on; one
// that was stopped is woken for it. The server removes the child's temporary file. ESRCH when the child has ended or is
// not the one that `child` names any more.
[[nodiscard]] Result<void> end_save(const ForkedChild& child);

// Gives freed memory back to the kernel.
asio::awaitable<Result<void>> purge_memory(adapters::RespConnection& server);

}  // namespace slotwarden::act
