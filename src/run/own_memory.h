// The part of the memory that this daemon, and what it starts, is in.
#pragma once

#include <cstddef>
#include <vector>

#include "decide/save.h"

namespace slotwarden::run {

// Indices into `all`, whose first is the host's.
[[nodiscard]] std::vector<std::size_t> own_domains(const std::vector<decide::MemoryDomain>& all);

}  // namespace slotwarden::run
