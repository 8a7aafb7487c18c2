// A file read in pieces, from its beginning to its end.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "facts/result.h"
#include "facts/units.h"
#include "observe/progress.h"

namespace slotwarden::observe {

enum class Pieces { ended, enough, given_up };

// Hands one piece after another to `take`, on the caller's thread, until that returns false (enough), the file ends, or
// the progress says to give up. A long file is read ahead by a thread of its own meanwhile. `path` is for the error.
[[nodiscard]] Result<Pieces> each_piece(int fd, const std::string& path, Progress* progress,
                                        const std::function<bool(std::span<const std::byte>)>& take);

// By fstat; 0 when it cannot be told.
[[nodiscard]] Bytes size_of(int fd);

}  // namespace slotwarden::observe
