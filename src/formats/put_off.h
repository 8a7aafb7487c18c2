// Replicas that were kept from elections, as the daemon writes them down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts/put_off.h"
#include "facts/result.h"

namespace slotwarden::formats {

// One line for each: port, master, replica, host, port of the replica, run id.
[[nodiscard]] std::string put_off_text(const std::vector<PutOff>& all);
// The reverse; rejected, with the line, unless every line is whole.
[[nodiscard]] Result<std::vector<PutOff>> put_off(std::string_view text);

}  // namespace slotwarden::formats
