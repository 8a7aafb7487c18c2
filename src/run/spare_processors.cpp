#include "run/spare_processors.h"

#include <algorithm>
#include <cstdint>

#include "decide/save.h"
#include "observe/memory.h"

namespace slotwarden::run {

namespace {

constexpr std::uint64_t telling = 20;  // ticks of all processors together

}  // namespace

void SpareProcessors::count(int forks) {
  forks_are(forks);
  const auto now = observe::processor_times();
  if (!now) return;
  const bool first = times_.all == 0 || now->all < times_.all || now->idle < times_.idle;
  const auto passed = first ? 0 : now->all - times_.all;
  if (!first && passed < telling) return;
  if (!first) {
    idle_ = static_cast<double>(now->idle - times_.idle) / static_cast<double>(passed) * now->processors;
    forked_ = since_;
  }
  times_ = *now;
  since_ = forks;
}

void SpareProcessors::forks_are(int forks) {
  since_ = std::max(since_, forks);
}

int SpareProcessors::leases(int wanted) const {
  return decide::leases_of({.wanted = wanted, .processors = times_.processors, .idle = idle_, .forks = forked_});
}

}  // namespace slotwarden::run
