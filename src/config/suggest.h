// "Did you mean …?"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slotwarden::config {

// How many letters must be inserted, removed, replaced or swapped with their neighbour to make one text the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word nearest to a mistyped one, unless none is near enough to be meant.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view typed, std::span<const std::string_view> known);

// "did you mean \"port\"?", or the list of all known words where none is near.
[[nodiscard]] std::string suggestion(std::string_view typed, std::span<const std::string_view> known);

}  // namespace slotwarden::config
