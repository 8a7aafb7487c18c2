// Events on the wire: what EVENTS answers and what subscribers are sent.
#pragma once

#include <span>
#include <vector>

#include "control/json.h"
#include "facts/record.h"
#include "facts/result.h"

namespace slotwarden::control {

// Keys: at (RFC 3339 with milliseconds), port (null for the daemon itself), event, rule (null where none ruled),
// detail, id.
[[nodiscard]] Json to_json(const Event& e);
// Oldest first.
[[nodiscard]] Json to_json(std::span<const Event> all);
[[nodiscard]] Result<Event> event_from_json(const Json& j);
[[nodiscard]] Result<std::vector<Event>> events_from_json(const Json& j);

}  // namespace slotwarden::control
