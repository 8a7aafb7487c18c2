// A setting that is not as it is wanted, with everything that a person needs to mend it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "facts/host_policy.h"
#include "facts/units.h"

namespace slotwarden {

// danger: data, or the service of a whole node, is at stake. warning: it fails under load. advice: it costs.
enum class Severity { advice, warning, danger };

[[nodiscard]] constexpr std::string_view name(Severity s) {
  switch (s) {
    case Severity::advice: return "advice";
    case Severity::warning: return "warning";
    case Severity::danger: return "danger";
  }
  return "";
}

// One write that makes a setting as it is wanted.
struct Repair {
  enum class How {
    kernel_file,     // `value` into the file `target`
    server_setting,  // CONFIG SET `target` `value` on the server of `port`
    nofile,          // the descriptor limit of `pid`, soft and hard, to `value`
  };
  How how = How::kernel_file;
  std::string target;
  std::string value;
  Port port{};
  Pid pid{};
  friend bool operator==(const Repair&, const Repair&) = default;
};

struct Finding {
  std::string setting;  // its name in the policy files: "vm.overcommit_memory", "server.timeout"
  Port port;            // 0: it is the host's
  std::string expected;
  std::string actual;
  Severity severity = Severity::warning;
  std::string_view why;  // the accident that it leads to; a literal
  std::string fix;       // a command to paste, or what to do where there is none
  Mode mode = Mode::audit;
  std::optional<Repair> repair;  // where slotwarden could mend it
};

}  // namespace slotwarden
