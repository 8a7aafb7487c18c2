// What /proc says about a process, for assertions.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "adapters/temporary.h"
#include "facts/units.h"

namespace slotwarden::tests {

inline std::string proc_text(Pid pid, const std::string& file) {
  return text_of("/proc/" + std::to_string(pid.n) + "/" + file);
}

// The words after "Name:" in /proc/PID/status.
inline std::string status_field(Pid pid, const std::string& name) {
  std::istringstream lines(proc_text(pid, "status"));
  std::string line;
  while (std::getline(lines, line))
    if (line.starts_with(name + ":")) return line.substr(std::min(line.size(), name.size() + 2));
  return "";
}

// "soft hard" of one line of /proc/PID/limits, such as "Max open files".
inline std::string limit(Pid pid, const std::string& name) {
  std::istringstream lines(proc_text(pid, "limits"));
  std::string line, soft, hard;
  while (std::getline(lines, line))
    if (line.starts_with(name)) std::istringstream(line.substr(name.size())) >> soft >> hard;
  return soft + " " + hard;
}

inline std::map<int, std::string> open_files(Pid pid) {
  std::map<int, std::string> files;
  for (const auto& f : std::filesystem::directory_iterator("/proc/" + std::to_string(pid.n) + "/fd"))
    files[std::stoi(f.path().filename())] = std::filesystem::read_symlink(f.path());
  return files;
}

}  // namespace slotwarden::tests
