// One pass over /proc for all that look at the same moment: twenty servers that die together need one, not forty.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "observe/processes.h"
#include "run/clock.h"

namespace slotwarden::run {

class ProcessScan {
 public:
  // The processes as a pass saw them that began at `then` or later. Null where /proc cannot be listed. Blocks for the
  // time of a pass, of two where one runs that began earlier; from any worker thread.
  [[nodiscard]] std::shared_ptr<const observe::ProcessTable> since(Instant then);

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool running_ = false;
  Instant begun_{};  // of the pass that `table_` is of
  std::shared_ptr<const observe::ProcessTable> table_;
};

}  // namespace slotwarden::run
