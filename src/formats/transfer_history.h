// The history of transfers as the daemon writes it down.
#pragma once

#include <string>
#include <string_view>

#include "facts/result.h"
#include "facts/transfer_history.h"

namespace slotwarden::formats {

// A line for each kind of work ("sign 400000000 410000000") and each instance ("left 7000 431").
[[nodiscard]] std::string transfer_history_text(const TransferHistory& h);
// The reverse; rejected, with the line, unless every line is one of those.
[[nodiscard]] Result<TransferHistory> transfer_history(std::string_view text);

}  // namespace slotwarden::formats
