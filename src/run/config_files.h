// Reads the files that a configuration consists of, and hands their texts to config/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/load.h"

namespace slotwarden::run {

struct ConfigFiles {
  std::vector<config::SourceFile> config;    // the main file, then conf.d/*.toml beside it by name
  std::vector<config::SourceFile> policies;  // the overriding directory's first, each directory's by name
  std::vector<config::Problem> problems;     // what could not be read
};

// The directories that policies come from, the overriding one first: the given one alone; without one, "policies"
// beside the main file, /etc/slotwarden/policies and /usr/share/slotwarden/policies.
[[nodiscard]] std::vector<std::string> policy_directories(const std::string& main_file,
                                                          const std::optional<std::string>& given);

// A directory that does not exist holds no files, except for the given one, whose absence is a problem.
[[nodiscard]] ConfigFiles read_config_files(const std::string& main_file,
                                            const std::optional<std::string>& policies_dir);

// Reads and loads. A file that could not be read makes the configuration unfit to run (`host_sound` is false).
[[nodiscard]] config::Loaded load_config(const std::string& main_file, const std::optional<std::string>& policies_dir);

// The first twenty of them as sentences, and one for how many more there are: the file of another program, named by
// mistake, has thousands. `slotwardend --check-config` tells all.
[[nodiscard]] std::vector<std::string> mistakes(const std::vector<config::Problem>& problems);

}  // namespace slotwarden::run
