// How long a load or a stop may take, from the size of the dataset. Never constants: a server that writes or reads
// 50 GB is not late after thirty seconds.
#pragma once

#include <chrono>
#include <cstdint>

#include "facts/policy.h"
#include "facts/units.h"

namespace slotwarden::decide {

[[nodiscard]] std::chrono::milliseconds load_deadline(Bytes dataset, const LoadPolicy& p);
[[nodiscard]] std::chrono::milliseconds stop_deadline(Bytes used_memory, const StopPolicy& p);

// RLIMIT_NOFILE for a server: maxclients, plus the 32 descriptors it reserves for itself
// (CONFIG_MIN_RESERVED_FDS in server.h), plus the policy's reserve for replicas, links and files.
[[nodiscard]] std::uint64_t nofile_for(std::uint64_t maxclients, const ProcessPolicy& p);

}  // namespace slotwarden::decide
