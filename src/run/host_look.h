// What a start asks of the host and of the data directory: everything that looks into /proc or onto the disk, and so
// is no work for the event loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/process.h"
#include "facts/result.h"
#include "facts/verdict.h"
#include "observe/files.h"
#include "run/process_scan.h"

namespace slotwarden::run {

// Copies of what the instance has: the loop may change it meanwhile.
struct HostQuestion {
  Port port;
  Port bus_port;                    // 0: not a cluster node
  std::string directory;            // of its data
  std::optional<std::string> user;  // the server's, where it is not the daemon's own
  Port elder_in_directory;          // an instance named earlier in the configuration has it too; 0 for none
  bool locked = false;              // the instance holds the directory's lock
  Pid dead;                         // the process that ran last, whose children may still run; 0 for none
  std::string nodes_path;           // empty: not a cluster node
  std::string server;               // the program
  Instant asked = now();            // processes are looked at after this moment
};

// A temporary file of a save or a rewrite whose writer is gone.
struct Leftover {
  std::string path;
  Bytes size;
};

struct HostLook {
  Tri port_free = Tri::unknown;
  std::string port_holder;
  Tri directory_writable = Tri::unknown;
  Tri directory_free = Tri::unknown;
  std::string directory_holder;                 // also why it cannot be written
  std::optional<adapters::DirectoryLock> lock;  // set iff it was taken now
  Tri disk_full = Tri::unknown;
  Tri orphans = Tri::unknown;
  std::optional<observe::NodesConf> nodes;  // set iff it is a cluster node
  std::vector<Leftover> leftovers;
};

// Blocking, a few milliseconds and more on a busy host; for a worker thread.
[[nodiscard]] HostLook look_at_host(const HostQuestion& q, ProcessScan& processes);

}  // namespace slotwarden::run
