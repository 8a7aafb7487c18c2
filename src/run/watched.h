// A long look at files on another thread, told of meanwhile: for slotwardenctl, which has no event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <utility>

#include "observe/progress.h"

namespace slotwarden::run {

// Called every tenth of a second meanwhile, and once at the end, with the bytes read and their total.
using Watcher = std::function<void(std::uint64_t read, std::uint64_t total)>;

template <class Look>
auto watched(const Watcher& watcher, observe::Progress& progress, Look look) {
  auto looking = std::async(std::launch::async, std::move(look));
  while (looking.wait_for(std::chrono::milliseconds{100}) != std::future_status::ready)
    watcher(progress.read, progress.total);
  watcher(progress.read, progress.total);
  return looking.get();
}

}  // namespace slotwarden::run
