// One line of redis.conf, nodes.conf or an AOF manifest as words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slotwarden::formats {

// As the server's sdssplitargs: words are separated by blanks; "..." knows \n \r \t \b \a \xHH and \" escapes, '...'
// knows \'; a closing quote must end its word. nullopt for unbalanced quotes. A line without words is an empty list.
[[nodiscard]] std::optional<std::vector<std::string>> split_arguments(std::string_view line);

}  // namespace slotwarden::formats
