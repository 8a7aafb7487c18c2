// Every option, once. The reader, the check for unknown keys, --print-config and docs/configuration.md walk these
// lists; nothing else knows the names.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "config/config.h"

namespace slotwarden::config {

// How a value is written in TOML.
enum class Form {
  text,      // a text, free of control characters
  path,      // an absolute path
  level,     // a LogLevel's name
  port,      // an integer, 1 to 65535
  flag,      // true or false
  duration,  // "10s"
  size,      // "10MiB", or an integer of bytes
  count,     // an integer
  octal,     // "0077"
  mode,      // a Mode's name
  windows,   // "mon-fri 01:00-05:00, sat-sun 00:00-24:00"
};

struct Option {
  std::string_view name;  // dotted where it stands in a section of its own: "backoff.budget"
  Form form;
  std::string_view doc;  // one line, for the manual and for messages
  // Bounds of a count or a size, or of a duration in milliseconds.
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool required = false;
  std::string_view minus_one{};  // the word that is written for -1
  std::string_view unset{};      // what an empty text means, for the manual
  bool may_be_empty = false;     // a path that must stand there, and may name no file
};

// A visitor is called as visit(const Option&, value&) for each option in the order in which the manual lists them.
// H, I and P may be const.
template <class H, class Visit>
void each_host_option(H& h, Visit&& visit) {
  visit(Option{.name = "control_socket",
               .form = Form::path,
               .doc = "Where slotwardenctl finds the daemon; shorter than 108 bytes, which is all the kernel takes."},
        h.control_socket);
  visit(Option{.name = "control_group",
               .form = Form::text,
               .doc = "The group that may use the control socket. Where there is no such group, only the daemon's own "
                      "user and root may.",
               .unset = "no group"},
        h.control_group);
  visit(Option{.name = "state_dir",
               .form = Form::path,
               .doc = "Where the records of the instances, the operator's intents and the history are kept. It must "
                      "survive a reboot."},
        h.state_dir);
  visit(Option{.name = "log_dir",
               .form = Form::path,
               .doc = "Where the output of servers that have no logfile of their own is captured.",
               .unset = "log, in state_dir"},
        h.log_dir);
  visit(Option{.name = "log_level", .form = Form::level, .doc = "The least serious message that is logged."},
        h.log_level);
  visit(Option{.name = "probe_interval",
               .form = Form::duration,
               .doc = "How often each local server is asked how it is.",
               .least = 100,
               .most = 60'000},
        h.probe_interval);
  visit(Option{.name = "peer_listen",
               .form = Form::text,
               .doc = "The address at which the wardens of other hosts may put generations beside this host's masters; "
                      "\"0.0.0.0\" or \"::\" for every one.",
               .unset = "none, nothing is received"},
        h.peer_listen);
  visit(Option{.name = "peer_port", .form = Form::port, .doc = "The port for that, the same on every host."},
        h.peer_port);
  visit(
      Option{.name = "peer_certificate",
             .form = Form::path,
             .doc =
                 "This host's certificate and its key in one file of mode 0600, as slotwardenctl cert issue makes it. "
                 "Read again whenever it changes.",
             .unset = "none, nothing is sent or received"},
      h.peer_certificate);
  visit(Option{.name = "peer_authority",
               .form = Form::path,
               .doc = "The certificate of the authority that issued those of all hosts: authority.crt of slotwardenctl "
                      "cert init.",
               .unset = "none, nothing is sent or received"},
        h.peer_authority);
  visit(Option{.name = "peer_bandwidth",
               .form = Form::size,
               .doc = "How many bytes a second are sent to other hosts at most; 0: no limit."},
        h.peer_bandwidth);
}

template <class I, class Visit>
void each_instance_option(I& i, Visit&& visit) {
  visit(Option{.name = "port",
               .form = Form::port,
               .doc = "The port that clients use; it names the instance. The server's own file must say the same.",
               .required = true},
        i.port);
  visit(Option{.name = "config",
               .form = Form::path,
               .doc = "The server's own configuration file. slotwarden reads it and never edits it.",
               .required = true},
        i.config);
  visit(Option{.name = "server", .form = Form::path, .doc = "The program to run: redis-server or valkey-server."},
        i.server);
  visit(Option{.name = "policy", .form = Form::text, .doc = "The policy it follows, by the name of the policy's file."},
        i.policy);
  visit(Option{.name = "user",
               .form = Form::text,
               .doc = "The user to run the server as.",
               .unset = "the user that the daemon runs as"},
        i.user);
  visit(Option{.name = "credentials",
               .form = Form::path,
               .doc = "A file of mode 0600 with the user and password to speak to the server with.",
               .unset = "what the server's own file says"},
        i.credentials);
}

}  // namespace slotwarden::config
