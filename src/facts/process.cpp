#include "facts/process.h"

#include <cstring>
#include <string>

namespace slotwarden {

std::string describe(const ExitStatus& e) {
  std::string said;
  if (e.code) {
    said = "exit code " + std::to_string(*e.code);
  } else if (e.signal) {
    const char* abbreviation = sigabbrev_np(*e.signal);
    said = "signal " + std::to_string(*e.signal);
    if (abbreviation) said += " (SIG" + std::string(abbreviation) + ")";
  } else {
    said = "exit status unknown (the server was adopted)";
  }
  if (e.oom == Tri::yes) said += ", by the OOM killer";
  return said;
}

}  // namespace slotwarden
