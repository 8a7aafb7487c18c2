// What a server has printed into the journal.
#pragma once

#include <cstddef>
#include <string>

#include "facts/result.h"

namespace slotwarden::adapters {

struct JournalTail {
  std::string text;        // whole lines, oldest first
  bool truncated = false;  // there is more before them
};

// The last `lines` that bear this SYSLOG_IDENTIFIER, or all for 0, but never more than `bytes` of them. Empty as well
// where this process may not read them. Blocking, on the disk.
[[nodiscard]] Result<JournalTail> journal_tail(const std::string& identifier, std::size_t bytes, std::size_t lines = 0);

}  // namespace slotwarden::adapters
