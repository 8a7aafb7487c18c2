// How far a long look at a file has come, and how it can be ended early.
#pragma once

#include <atomic>
#include <cstdint>

namespace slotwarden::observe {

// Written by the thread that looks; anybody may read it meanwhile, and set `give_up`: the look then ends as unknown.
struct Progress {
  std::atomic<std::uint64_t> read{0};
  std::atomic<std::uint64_t> total{0};  // 0 until the files were found
  std::atomic<bool> give_up{false};
};

}  // namespace slotwarden::observe
