#include "run/process_scan.h"

namespace slotwarden::run {

std::shared_ptr<const observe::ProcessTable> ProcessScan::since(Instant then) {
  std::unique_lock held(mutex_);
  ended_.wait(held, [this] { return !running_; });
  if (table_ && begun_ >= then) return table_;
  running_ = true;
  held.unlock();
  const auto begun = now();
  auto found = observe::process_table();
  held.lock();
  table_ = found ? std::make_shared<const observe::ProcessTable>(std::move(*found)) : nullptr;
  begun_ = begun;
  running_ = false;
  ended_.notify_all();
  return table_;
}

}  // namespace slotwarden::run
