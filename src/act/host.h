// What slotwarden changes about a host and about the limits of a running server. Each write is one of the policy's, was
// found to differ a moment before, and can be put back.
#pragma once

#include <cstdint>
#include <string>

#include "facts/host.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::act {

// Writes one value into a file below /proc/sys or /sys. The error has the kernel's number: EROFS and EACCES in a
// container, EINVAL for a value that it does not take.
[[nodiscard]] Result<void> write_setting(const std::string& file, const std::string& value);

// Raises the descriptor limit of a running process, soft and hard, to `wanted`. Without the privilege to raise a hard
// limit the soft one is raised as far as the hard one allows. Returns what it is then; never lowers anything.
[[nodiscard]] Result<Limit> raise_nofile(Pid pid, std::uint64_t wanted);

}  // namespace slotwarden::act
