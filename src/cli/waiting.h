// Waiting for an answer that takes its time, and telling meanwhile what happens.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "cli/connection.h"
#include "cli/feed.h"
#include "cli/live_line.h"

namespace slotwarden::cli {

// Sends and waits as Connection::ask does; `tell` is given each event of the feed that arrives before the answer. A
// feed that fails is left out: the answer matters more. `live` is drawn again every half second, and wiped at the end.
[[nodiscard]] Result<Answer> ask_and_tell(Connection& daemon, std::span<const std::string> argv,
                                          std::optional<Feed> feed, std::optional<std::chrono::milliseconds> timeout,
                                          const std::function<void(const Event&)>& tell, LiveLine& live);

}  // namespace slotwarden::cli
