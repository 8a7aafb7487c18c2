// What rehearsals have shown, as BACKUPS tells it and as the daemon remembers it.
#pragma once

#include "control/json.h"
#include "facts/rehearsal.h"
#include "facts/result.h"

namespace slotwarden::control {

// {generation, sha256, keys, at, loaded_ms, memory}, or null.
[[nodiscard]] Json to_json(const std::optional<Proof>& p);
// {generation, at, rule, detail}, or null.
[[nodiscard]] Json to_json(const std::optional<Unproven>& u);

[[nodiscard]] std::string rehearsed_text(const Rehearsed& r);
// From {proven, not_proven}: whatever else the object has is passed over.
[[nodiscard]] Result<Rehearsed> rehearsed_from_json(const Json& j);

}  // namespace slotwarden::control
