// The file that an instance's `credentials` names: how slotwarden speaks to a password-protected server.
#pragma once

#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::config {

// Never printed, never logged.
struct Credentials {
  std::string user;  // empty: the default user
  std::string password;
};

// Either one line that is the password, or the lines "user NAME" (optional) and "password VALUE"; a value is the rest
// of its line, blanks at the end included. Empty lines and lines that begin with # are skipped. On failure: the line's
// number and what to write; never anything that stands in the file.
[[nodiscard]] Result<Credentials> credentials(std::string_view text);

}  // namespace slotwarden::config
