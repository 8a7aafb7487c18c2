// To whom a server process belongs: its parent, its control group, and what else may start it again. Reads only.
#pragma once

#include <string>
#include <vector>

#include "facts/take_over.h"
#include "observe/processes.h"

namespace slotwarden::observe {

[[nodiscard]] Result<Belonging> belonging_of(Pid pid);
// /proc/PID/comm; empty when it cannot be read.
[[nodiscard]] std::string name_of(Pid pid);
// By its effective user; empty when that has no name.
[[nodiscard]] std::string user_name_of(Pid pid);

// Whether the processes of a control group are `pid` and others of its session.
[[nodiscard]] Tri alone_in_group(const std::string& group, Pid pid);

// A running monit or pacemaker whose configuration has one of these words (a unit, a file): its name. Empty: none does.
// An error where one runs and its configuration cannot be read.
[[nodiscard]] Result<std::string> rival_naming(const std::vector<std::string>& words);

}  // namespace slotwarden::observe
