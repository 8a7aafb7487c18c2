// What goes on while a command waits for its answer, on a terminal: one line that is written over.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/connection.h"
#include "cli/console.h"
#include "control/backups.h"
#include "control/saves.h"
#include "control/status.h"

namespace slotwarden::cli {

// "7000: save [####------] 40 %, 3 s left"; empty where nothing forks.
[[nodiscard]] std::string live_text(std::span<const control::SaveLine> saves);
// "7000: loading 43 %"; empty where no instance has anything to add to its state.
[[nodiscard]] std::string live_text(std::span<const control::InstanceStatus> all);

// "7000: reading, 43 %"; empty where nothing is read or loaded.
[[nodiscard]] std::string live_text(std::span<const control::PortBackups> all);

// Asks the daemon by a connection of its own. Whatever goes wrong shows nothing: the answer matters more.
class LiveLine {
 public:
  LiveLine(const Console& c, const std::string& socket, std::string_view command, std::span<const std::string> targets);
  ~LiveLine() { wipe(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // Asks and draws; not within the first second.
  void draw();
  // Before anything else is printed.
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::string text();
  // What it says to one of them; empty where it says nothing.
  [[nodiscard]] std::string text(const std::string& question);

  const Console& c_;
  std::optional<Connection> daemon_;
  std::vector<std::string> questions_;  // the first that has something to tell is shown
  std::vector<std::string> targets_;
  bool shown_ = false;
  const Clock::time_point began_ = Clock::now();
};

}  // namespace slotwarden::cli
