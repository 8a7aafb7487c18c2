// Small files of slotwarden's own, replaced as a whole.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::act {

// Writes `text` to a temporary file beside `path` with `mode`, and renames it over `path`. On failure the old file
// stands and no temporary is left. Not synced: a power cut may bring back the old text.
[[nodiscard]] Result<void> publish(const std::string& path, std::string_view text, mode_t mode);

}  // namespace slotwarden::act
