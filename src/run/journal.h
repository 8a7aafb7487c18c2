// What happened, told once: to the log, to the history and to whoever listens on the control socket.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "facts/record.h"
#include "run/memory.h"

namespace slotwarden::run {

class Journal {
 public:
  explicit Journal(Memory& memory) : memory_(memory) {}

  // `event` is one of the stable names that docs/operations.md lists. `rule` is empty where no rule ruled.
  void note(Port port, std::string_view event, std::string_view rule, std::string detail);
  // The same for what someone must look at.
  void warn(Port port, std::string_view event, std::string_view rule, std::string detail);

  // Called for every event after it was noted.
  std::function<void(const Event&)> publish;

 private:
  Event tell(Port port, std::string_view event, std::string_view rule, std::string detail);
  Memory& memory_;
};

}  // namespace slotwarden::run
