// Hours of the week as an operator writes them.
#pragma once

#include <string_view>

#include "facts/result.h"
#include "facts/windows.h"

namespace slotwarden::config {

// "mon-fri 01:00-05:00, sat 22:00-04:00, sun": days, or ranges of days, and hours; without days every day, without
// hours the whole day. Hours that end before they begin end on the next day. An empty text is always. The complaint
// names the part that cannot be read and says what to write.
[[nodiscard]] Result<Windows> parse_windows(std::string_view text);

}  // namespace slotwarden::config
