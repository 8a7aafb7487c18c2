// How far a long reading has come, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>

#include "cli/console.h"

namespace slotwarden::cli {

// One line that is written over while files are read, and wiped at the end. What is read in a moment shows none.
class Bar {
 public:
  Bar(const Console& c, bool wanted) : c_(c), wanted_(wanted), began_(Clock::now()) {}
  ~Bar();
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;

  void show(std::uint64_t read, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  const Console& c_;
  const bool wanted_;
  bool shown_ = false;
  const Clock::time_point began_;
  Clock::time_point drawn_{};
};

}  // namespace slotwarden::cli
