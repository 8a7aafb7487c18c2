// What became of a command, per instance, and the exit codes that follow.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/json.h"
#include "control/status.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

enum class Done { done, already, not_running, refused, failed };

[[nodiscard]] constexpr std::string_view name(Done d) {
  switch (d) {
    case Done::done: return "done";
    case Done::already: return "already";  // nothing to do: it was so before
    case Done::not_running: return "not running";
    case Done::refused: return "refused";  // by `rule`
    case Done::failed: return "failed";
  }
  return "";
}

struct Outcome {
  Port port{};  // 0 for the daemon itself
  Done outcome = Done::failed;
  std::string rule{};  // set when refused
  std::string text{};  // the sentence for people
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Keys: port (null for the daemon), outcome, rule (null when none ruled), text.
[[nodiscard]] Json to_json(const Outcome& o);
// What START, STOP, RESTART, ROLLING-RESTART, HOLD, RELEASE, SIGNAL, UPDATE and SHUTDOWN answer.
[[nodiscard]] Json to_json(std::span<const Outcome> all);
[[nodiscard]] Result<std::vector<Outcome>> outcomes_from_json(const Json& j);

enum class ExitCode : int { done = 0, failed = 1, usage = 2, not_running = 3, refused = 4, no_answer = 5 };

// The worst of them: a failure before a refusal before what is not running.
[[nodiscard]] ExitCode exit_code(std::span<const Outcome> all);
// `status`: not_running unless every one is RUNNING or LOADING.
[[nodiscard]] ExitCode exit_code(std::span<const InstanceStatus> all);
// Of a RESP error reply by its first word: USAGE and UNKNOWN, REFUSED, else failed.
[[nodiscard]] ExitCode exit_code_of_error(std::string_view reply);

}  // namespace slotwarden::control
