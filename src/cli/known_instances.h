// What a person may name on this host, for completion.
#pragma once

#include <string>
#include <vector>

namespace slotwarden::cli {

// Ports and policies as the daemon at `socket` knows them; none when it does not answer within half a second.
[[nodiscard]] std::vector<std::string> known_instances(const std::string& socket);

}  // namespace slotwarden::cli
