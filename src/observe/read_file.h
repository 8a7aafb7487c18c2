// Small files read whole, and large ones opened, without ever hanging on what is not a regular file.
#pragma once

#include <cstddef>
#include <string>

#include "adapters/fd.h"
#include "facts/result.h"

namespace slotwarden::observe {

enum class Links { refuse, follow };

// Opens a regular file for reading, with O_NONBLOCK. `os_error` is ENOENT when there is none; a symbolic link (where
// links are refused), a directory, a FIFO, a device or a socket is an error that says so.
[[nodiscard]] Result<adapters::Fd> open_regular(const std::string& path, Links links = Links::refuse);

// The whole of a regular file of at most `limit` bytes.
[[nodiscard]] Result<std::string> read_regular(const std::string& path, std::size_t limit, Links links = Links::refuse);

// The whole of a file of /proc or /sys, whose size only reading tells.
[[nodiscard]] Result<std::string> read_kernel_file(const std::string& path);

}  // namespace slotwarden::observe
