// The processes of this host, one after another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::observe {

// Every process number in /proc at this moment; any of them may end while one looks.
[[nodiscard]] Result<std::vector<Pid>> all_processes();

// What one pass over /proc tells of each process.
struct ProcessEntry {
  Pid pid;
  Pid session;
  std::string directory;  // its working directory; empty where it may not be seen
};
using ProcessTable = std::vector<ProcessEntry>;

// A process that ends meanwhile is left out; zombies are not.
[[nodiscard]] Result<ProcessTable> process_table();

// The target of /proc/PID/NAME ("cwd", "exe"); empty when it cannot be read.
[[nodiscard]] std::string process_link(Pid pid, const char* name);

// Calls `visit` with the target of each open descriptor until it returns true. Whether it did; false as well for a
// process whose descriptors cannot be listed.
[[nodiscard]] bool any_descriptor(Pid pid, const std::function<bool(std::string_view target)>& visit);

// Whether its executable (or, where that cannot be read, its name) is that of a Redis or a Valkey program.
[[nodiscard]] bool is_server_program(Pid pid);

}  // namespace slotwarden::observe
