// The answer to one question, with its reason. Every decision comes back in this form.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace slotwarden {

// What could be learned about a yes-or-no fact. The default is that nothing could: unknown is never yes.
enum class Tri { unknown, no, yes };

enum class Ruling { go, wait, refuse };

// `rule` is a stable identifier (tests, metrics, the manual); `because` is the sentence an operator reads and may be
// reworded; `release` says what would change the verdict (empty when it is go). All three point at string literals.
struct Verdict {
  Ruling ruling = Ruling::wait;
  std::string_view rule;
  std::string_view because;
  std::string_view release{};
  // Set when the passing of time alone can change the answer; otherwise the question is asked again on the next event.
  std::optional<std::chrono::milliseconds> ask_again_in{};

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

[[nodiscard]] constexpr std::string_view name(Ruling r) {
  switch (r) {
    case Ruling::go: return "go";
    case Ruling::wait: return "wait";
    case Ruling::refuse: return "refuse";
  }
  return "";
}

[[nodiscard]] constexpr std::string_view name(Tri t) {
  switch (t) {
    case Tri::unknown: return "unknown";
    case Tri::no: return "no";
    case Tri::yes: return "yes";
  }
  return "";
}

// One rule of a decision, as the manual lists it. Each decision publishes its rules in the order in which it tries
// them.
struct RuleText {
  Ruling ruling;
  std::string_view rule;
  std::string_view because;
  std::string_view release;
};

}  // namespace slotwarden
