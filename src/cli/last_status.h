// The status that the daemon published last, for when it does not answer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/status.h"
#include "facts/result.h"

namespace slotwarden::cli {

struct LastStatus {
  std::vector<control::InstanceStatus> instances;
  std::int64_t at_unix_ms = 0;  // when the file was written
};

// Only the instances that `targets` name; all without targets.
[[nodiscard]] Result<LastStatus> read_last_status(const std::string& file, std::span<const std::string> targets);

}  // namespace slotwarden::cli
