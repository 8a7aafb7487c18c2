// What CONFIG GET answers, as values, and where it is not what the server's file says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/host.h"
#include "facts/result.h"
#include "formats/server_conf.h"

namespace slotwarden::formats {

using RunningSettings = std::map<std::string, std::string>;  // by name in lower case

// "1gb", "64mb", "10k", "512": bytes as the server's file writes them.
[[nodiscard]] std::optional<std::uint64_t> server_bytes(std::string_view text);

// "normal 0 0 0 slave 268435456 67108864 60 pubsub …": the part about replicas.
[[nodiscard]] std::optional<ReplicaBuffer> replica_buffer(std::string_view text);

// A value that is not in its form is left unset.
[[nodiscard]] ServerSettings server_settings(const RunningSettings& running);

// The directives of the file whose value is not the running one. Compared are those that stand for themselves: with one
// argument, written once, neither secret nor set by slotwarden at start; and save. Values are compared as the server
// reads them: 1gb is 1073741824.
[[nodiscard]] std::vector<Difference> differences(const std::vector<Directive>& file, const RunningSettings& running);

// Whether a setting's value is a secret, by its name: such a value is neither kept nor printed.
[[nodiscard]] bool is_secret(std::string_view name);

}  // namespace slotwarden::formats
