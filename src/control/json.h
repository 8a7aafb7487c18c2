// JSON as the control socket carries it: keys keep the order in which they were written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::control {

using Json = nlohmann::ordered_json;

// One line of JSON. Bytes that are not UTF-8 (a server's log may hold any) become U+FFFD; never throws.
[[nodiscard]] std::string write(const Json& j);
// The same, indented for people.
[[nodiscard]] std::string write_pretty(const Json& j);
// The whole text as one document, or why it is none.
[[nodiscard]] Result<Json> read(std::string_view text);

}  // namespace slotwarden::control
