// A console whose output can be looked at.
#pragma once

#include <sstream>
#include <string>

#include "cli/console.h"

namespace slotwarden::cli {

struct Captured {
  explicit Captured(const std::string& typed = "") : in(typed) {}

  std::ostringstream out, err;
  std::istringstream in;
  Console console{out, err, in};
};

}  // namespace slotwarden::cli
