// The credentials file of an instance.
#pragma once

#include <string>

#include "facts/result.h"

namespace slotwarden::observe {

// Its text. Refused unless it is a regular file of root or of the daemon's user that nobody else can read; the error
// names the file and the mend, never its content.
[[nodiscard]] Result<std::string> credentials_file(const std::string& path);

}  // namespace slotwarden::observe
