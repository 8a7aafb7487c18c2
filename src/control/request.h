// One request on the control socket, checked: what a person or a program asks of the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

struct RequestOptions {
  bool force = false;      // START: override what holds it; `reason` is set
  bool in_place = false;   // STOP, RESTART: without a hand-over; `reason` is set
  bool take_back = false;  // RESTART, ROLLING-RESTART: become master again afterwards
  bool resume = false;     // ROLLING-RESTART: go on where it stopped
  bool at_once = false;    // SAVE: before everybody else
  bool saves = false;      // RELEASE: of its saves, not of a hold
  bool plan = false;       // RESTORE: say what would be done, and do nothing
};

struct Request {
  std::string command;               // upper case, one of commands()
  std::vector<std::string> targets;  // each a port, "all" or a policy's name, as given; see port_target
  RequestOptions options;
  std::string reason;      // --reason; never empty with force or in_place
  std::string signal;      // SIGNAL: "HUP", without SIG; one that signal_number knows
  int limit = 100;         // EVENTS: the newest so many
  std::int64_t lines = 0;  // TAIL: the last so many of what `bytes` allows; 0 for all of it
  std::int64_t bytes = 0;  // TAIL: the last so many; 0 unless given (the daemon chooses)
  std::string file;        // INSPECT dump: what to read. ACCEPT-DATA: a path from the root, or a kept copy's name.
                           // RESTORE, BACKUPS export: the generation. CERT: a cluster, a host or a file
  std::string into;        // BACKUPS export: the directory
  std::string topic;  // INSPECT: dump or dataset. HELP: the command asked about, upper case, or empty. SUBSCRIBE: the
                      // channel. HOST: "print sysctl", "restore", … BACKUPS: verify, export, or empty
};

// From the arguments of a RESP request, options anywhere after the command: {"RESTART", "7000", "--in-place",
// "--reason", "disk swap"}. The error is the text of the RESP error reply, beginning with its code: "UNKNOWN …" where
// there is no such command, else "USAGE …" with what is wrong and the command's form.
[[nodiscard]] Result<Request> parse(std::span<const std::string> argv);

// The arguments again, such that parse gives an equal request.
[[nodiscard]] std::vector<std::string> argv_of(const Request& r);

// The port that a target names; nullopt for `all` and for policies.
[[nodiscard]] std::optional<Port> port_target(std::string_view target);

// "HUP", "SIGHUP" or "hup"; nullopt for what is not a signal's name.
[[nodiscard]] std::optional<int> signal_number(std::string_view name);

}  // namespace slotwarden::control
