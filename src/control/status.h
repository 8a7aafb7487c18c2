// One instance as STATUS tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/json.h"
#include "facts/cluster.h"
#include "facts/process.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

// Why an instance is kept down, and what would release it.
struct Hold {
  std::string rule{};
  std::string because{};
  std::string release{};
  friend bool operator==(const Hold&, const Hold&) = default;
};

struct InstanceStatus {
  Port port{};
  ProcessState state = ProcessState::stopped;
  Role role = Role::unknown;
  std::string policy{};
  Pid pid{};                                    // 0 when there is no process
  std::optional<std::int64_t> since_unix_ms{};  // when it entered `state`
  NodeId node_id{};
  std::optional<std::uint64_t> keys{};
  std::optional<Hold> hold{};  // set iff a rule keeps it down
  std::string note{};          // one clause: "loading 43 %", "quarantined"; empty when there is nothing to add
  friend bool operator==(const InstanceStatus&, const InstanceStatus&) = default;
};

// Keys: port, state, role, policy, pid, since (RFC 3339), node_id, keys; hold {rule, because, release} and note only
// when set. What is not known is null.
[[nodiscard]] Json to_json(const InstanceStatus& s);
[[nodiscard]] Json to_json(std::span<const InstanceStatus> all);  // what STATUS answers, and the published status file
// One line for people: "6 servers: 4 running, 1 loading, 1 held (7003: succession-open)".
[[nodiscard]] std::string summary(std::span<const InstanceStatus> all);
// Ignores keys it does not know: an older command understands a newer daemon.
[[nodiscard]] Result<InstanceStatus> status_from_json(const Json& j);
[[nodiscard]] Result<std::vector<InstanceStatus>> statuses_from_json(const Json& j);

}  // namespace slotwarden::control
