// A server that runs here without slotwarden, and who sees to it now.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/cluster.h"
#include "facts/process.h"
#include "facts/units.h"

namespace slotwarden {

// Where the kernel and its parent say that a process belongs.
struct Belonging {
  Pid parent;
  std::string parent_name;  // as /proc/PID/comm has it
  std::string group;        // its control group, from the root of the host's; empty when there is none
  bool leads_session = false;
  Tri own_pid_space = Tri::unknown;  // it counts processes on its own, as in a container
};

// A systemd unit, as far as it could act on a server.
struct Unit {
  std::string name;  // "redis-server@7000.service"
  Pid main;          // 0 where systemd does not know it
  std::string active;
  std::string restart;
  std::string kill_mode;
  int kill_signal = 0;
  bool sends_sigkill = true;   // SendSIGKILL
  bool sends_sighup = true;    // SendSIGHUP
  bool refuses_stop = false;   // RefuseManualStop
  std::size_t stop_steps = 0;  // commands of ExecStop and ExecStopPost
  std::uint64_t watchdog_us = 0;
  std::string group;                             // its control group
  std::vector<std::string> runtime_directories;  // below /run, made when it starts
  std::string runtime_mode;                      // of those, octal
  std::string user;                              // by name; empty: root
  std::string users_group;                       // by name; empty: the user's own

  friend bool operator==(const Unit&, const Unit&) = default;
};

// A stop of the unit ends none of its processes.
[[nodiscard]] inline bool ends_nothing(const Unit& u) {
  const bool harmless = u.kill_signal == SIGCONT && !u.sends_sigkill && !u.sends_sighup;
  return u.kill_mode == "none" || (u.kill_mode == "process" && harmless);
}

// Neither restarts the server nor stops it, whatever becomes of it.
[[nodiscard]] inline bool disarmed(const Unit& u) {
  return u.restart == "no" && ends_nothing(u) && u.refuses_stop && u.stop_steps == 0 && u.watchdog_us == 0;
}

enum class Keeper { unknown, nobody, unit, program, users_manager, foreign_unit, container };

[[nodiscard]] constexpr std::string_view name(Keeper k) {
  switch (k) {
    case Keeper::unknown: return "unknown";
    case Keeper::nobody: return "nobody";
    case Keeper::unit: return "unit";
    case Keeper::program: return "program";
    case Keeper::users_manager: return "users-manager";
    case Keeper::foreign_unit: return "foreign-unit";
    case Keeper::container: return "container";
  }
  return "";
}

// One line of `slotwardenctl adopt`.
struct TakeOver {
  Port port;
  Pid pid;
  std::string user;
  std::string program;
  std::string config_file;
  std::string directory;
  Role role = Role::unknown;
  std::optional<Endpoint> master;
  std::int64_t clients = 0;
  Keeper keeper = Keeper::unknown;
  std::string keeper_name;  // "redis-server@7000.service", "supervisord (pid 812)"
  Verdict verdict;
  std::string detail;              // what the verdict is about, for people
  std::vector<std::string> steps;  // what would be done, one sentence each
  // What the steps need.
  std::string policy;
  std::string configuration;  // the file of slotwarden's configuration that would be written
  std::string text;           // and what would stand there; empty where the port is configured already
  std::optional<Unit> unit;
};

// What `slotwardenctl give-back` would do.
struct GiveBack {
  Port port;
  Pid pid;                    // of its server; 0: it is down
  std::string unit;           // that it was taken over from; empty: none
  std::string configuration;  // slotwarden's file that names it
  Verdict verdict;
  std::string detail;
  std::vector<std::string> steps;
};

}  // namespace slotwarden
