// What happened, told once: to the log, to the history and to whoever listens on the control socket.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "facts/record.h"
#include "facts/verdict.h"
#include "run/memory.h"

namespace slotwarden::run {

// The rule that ruled, and how, where a verdict is at hand. Empty where no rule ruled.
struct By {
  By(const char* r) : rule(r) {}                            // NOLINT(google-explicit-constructor)
  By(std::string_view r) : rule(r) {}                       // NOLINT(google-explicit-constructor)
  By(const std::string& r) : rule(r) {}                     // NOLINT(google-explicit-constructor)
  By(const Verdict& v) : rule(v.rule), ruling(v.ruling) {}  // NOLINT(google-explicit-constructor)
  std::string_view rule;
  std::optional<Ruling> ruling;
};

class Journal {
 public:
  explicit Journal(Memory& memory) : memory_(memory) {}

  // `event` is one of the stable names that docs/operations.md lists.
  void note(Port port, std::string_view event, By by, std::string detail);
  // The same for what someone must look at.
  void warn(Port port, std::string_view event, By by, std::string detail);

  // Called for every event after it was noted.
  std::function<void(const Event&)> publish;

 private:
  Event tell(Port port, std::string_view event, By by, std::string detail);
  Memory& memory_;
};

}  // namespace slotwarden::run
