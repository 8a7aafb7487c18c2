// The configuration of a server that only loads a dump and is asked what it holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/server_conf.h"

namespace slotwarden::formats {

inline constexpr std::string_view scratch_socket = "s";
inline constexpr std::string_view scratch_dump = "dump.rdb";

// Of the instance's own settings only what decides whether and how its data is loaded: databases, modules, encodings.
// No port, no password, no cluster, no persistence, no replication, no limit of memory: nothing that would let anybody
// but its socket in its own folder reach it, drop a key, or write a file. A module that is named by a path relative to
// `directory`, where the instance has its data and loads it from, is named by its whole path.
[[nodiscard]] std::string scratch_conf(const std::vector<Directive>& own, const std::string& directory);

}  // namespace slotwarden::formats
