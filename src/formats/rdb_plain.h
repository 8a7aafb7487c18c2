// The short way over what most dumps consist of: string after string, each wholly at hand.
#pragma once

#include "formats/rdb_tally.h"
#include "formats/rdb_text.h"

namespace slotwarden::formats {

// How many bytes at the beginning of `bytes` are whole keys of type string, of a file of version 9 or later. It stops
// before anything that is not usual or not right. The keys are counted; `at` is where in the file `bytes` begin.
std::size_t take_plain_strings(std::span<const std::byte> bytes, std::uint64_t at, RdbText& text, RdbTally& tally);

}  // namespace slotwarden::formats
