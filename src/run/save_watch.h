// Notices in INFO that a running server has saved its data.
#pragma once

#include <optional>

#include "facts/record.h"
#include "facts/server_info.h"

namespace slotwarden::run {

// One per process. What a fresh server says of its last save is the moment of its own start, so only changes count.
class SaveWatch {
 public:
  // What the save since the last look left on disk; nullopt when there was none, or it failed. The keys are those of
  // this moment, which is as near to the save as a probe comes.
  [[nodiscard]] std::optional<LastSave> see(const ServerInfo& i) {
    const bool known = dump_.has_value();
    const bool dumped = known && *dump_ != i.last_save_unix && i.last_bgsave_ok;
    const bool rewritten = known && rewrites_ != i.aof_rewrites && !i.aof_rewrite_in_progress && i.last_aof_rewrite_ok;
    const bool unsettled = known && rewrites_ != i.aof_rewrites && i.aof_rewrite_in_progress;
    dump_ = i.last_save_unix;
    if (!unsettled) rewrites_ = i.aof_rewrites;
    if (!dumped && !rewritten) return std::nullopt;
    LastSave s;
    s.at_unix = i.last_save_unix;
    s.aof = rewritten;
    s.keys = i.keys;
    s.keys_with_expiry = i.keys_with_expiry;
    s.replid = i.replid;
    s.offset = i.replica_offset.value_or(i.offset);
    return s;
  }

 private:
  std::optional<std::int64_t> dump_;
  std::optional<std::int64_t> rewrites_;
};

}  // namespace slotwarden::run
