// LZF, in which RDB files keep longer strings (lzf_d.c).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace slotwarden::formats {

// The `length` bytes that `packed` stands for, or nullopt when it does not stand for exactly so many.
[[nodiscard]] std::optional<std::string> lzf_unpack(std::string_view packed, std::size_t length);

}  // namespace slotwarden::formats
