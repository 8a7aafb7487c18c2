// Which server a binary is.
#pragma once

#include <string>

#include "facts/result.h"
#include "facts/server_info.h"

namespace slotwarden::observe {

// Runs `executable --version` (a few milliseconds; blocking) and reads "Redis server v=7.0.15 …" or "Valkey server
// v=8.0.1 …". Remembered by the file's inode and time, so that an upgraded binary is asked again. Thread-safe.
[[nodiscard]] Result<ServerVersion> server_version(const std::string& executable);

}  // namespace slotwarden::observe
