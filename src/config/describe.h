// The configuration and the options as people read them. No secret is in a Config, so none can be in here.
#pragma once

#include <string>

#include "config/config.h"

namespace slotwarden::config {

// All values in force, as TOML that loads to the same host and instances, each with a comment that says where it was
// written; the policies follow as comments.
[[nodiscard]] std::string describe_config(const Config& config);

// Tables of all options in Markdown, for docs/configuration.md.
[[nodiscard]] std::string describe_options();

}  // namespace slotwarden::config
