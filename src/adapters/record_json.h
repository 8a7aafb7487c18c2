// Records, intents and vote clocks as JSON text, the form in which the store keeps them.
#pragma once

#include <string>
#include <string_view>

#include "facts/record.h"
#include "facts/result.h"
#include "facts/save_record.h"

namespace slotwarden::adapters {

[[nodiscard]] std::string to_json(const Record& r);
[[nodiscard]] std::string to_json(const Intent& i);
[[nodiscard]] std::string to_json(const VoteClock& v);
[[nodiscard]] std::string to_json(const SaveRecord& r);

// A missing field keeps its default, an unknown one is passed over: versions differ. An error when the text is not a
// JSON object or a field has another type.
[[nodiscard]] Result<Record> record_from_json(std::string_view text);
[[nodiscard]] Result<Intent> intent_from_json(std::string_view text);
[[nodiscard]] Result<VoteClock> vote_clock_from_json(std::string_view text);
[[nodiscard]] Result<SaveRecord> save_record_from_json(std::string_view text);

}  // namespace slotwarden::adapters
