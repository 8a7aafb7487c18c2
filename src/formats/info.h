// The reply to INFO, of Redis 6.2 to 8 and Valkey 7.2 to 9, as a value.
#pragma once

#include <string_view>

#include "facts/result.h"
#include "facts/server_info.h"

namespace slotwarden::formats {

// Accepts any selection of sections that contains `# Server` or `# Replication` or `# Keyspace`; fields that ServerInfo
// does not name are passed over, and those that the reply lacks keep their defaults. Rejected: text that is not INFO, a
// line that is neither a section, a field nor blank, and a known field whose value cannot be read, with the line.
// One pass, no allocation but for the strings that are kept: it runs for every probe.
[[nodiscard]] Result<ServerInfo> server_info(std::string_view reply);

}  // namespace slotwarden::formats
