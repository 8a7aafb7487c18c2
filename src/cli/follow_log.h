// `tail -f` of a server's log, which the servers themselves and logrotate rename, truncate and make anew.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/console.h"
#include "facts/result.h"

namespace slotwarden::cli {

// Prints what is appended to `path` behind offset `from` (its end, if unset), for ever, or until `stop_fd` is readable
// (-1: never). Says on `err` when the file was truncated or replaced. Fails when it cannot be read, saying why and what
// to do.
[[nodiscard]] Result<void> follow_log(const Console& c, const std::string& path, std::optional<std::int64_t> from,
                                      int stop_fd = -1);

}  // namespace slotwarden::cli
