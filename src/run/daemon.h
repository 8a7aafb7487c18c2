// The daemon: builds the rooms from a configuration and runs the event loop until it is told to stop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/load.h"
#include "facts/result.h"

namespace slotwarden::run {

struct DaemonOptions {
  std::string config_file;
  std::optional<std::string> policies_dir;
  std::string version;
};

class Daemon {
 public:
  // Takes the lock on state_dir, opens the state database and the control socket. `config.host_sound` must hold;
  // instances that are not sound are left out and said so.
  [[nodiscard]] static Result<std::unique_ptr<Daemon>> build(DaemonOptions options, config::Loaded loaded);
  ~Daemon();

  // Until SIGTERM, SIGINT or the command `shutdown`. Servers are left running.
  void run();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace slotwarden::run
