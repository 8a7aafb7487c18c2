// TOML texts in, a configuration or every mistake in it out.
#pragma once

#include <vector>

#include "config/config.h"
#include "config/document.h"
#include "config/problem.h"

namespace slotwarden::config {

struct Loaded {
  Config config;
  std::vector<Problem> problems;
  // false: a file could not be parsed, or [host] has a problem: nothing must be run with this configuration. Otherwise
  // the instances that are `sound` may run in spite of the problems of others.
  bool host_sound = true;
};

// Pure: the caller reads the files. `config_files` are slotwarden.toml and what stands in conf.d; `policy_files` are
// the policies, those of the directory that overrides the others first. A policy's name is its file's name without
// ".toml". A policy that says `inherits = "NAME"` starts from that policy. One that does not, or that names itself,
// starts from the next policy of its own name (a later file, then the built-in storage or cache), and where there is
// none, from storage. A file host.toml is no policy of instances but the host's own. Reports all problems, each with
// its file and line, sorted by file in the order given, then by line; none means that the configuration is whole and
// passed `check`.
[[nodiscard]] Loaded load(const std::vector<SourceFile>& config_files, const std::vector<SourceFile>& policy_files);

// The rules between values that are each right by themselves.
[[nodiscard]] std::vector<Problem> check(const Config& config);

}  // namespace slotwarden::config
