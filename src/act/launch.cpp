#include "act/launch.h"

namespace slotwarden::act {

namespace {
// Longer than any look at a fresh server takes; it is set back as soon as the keys were counted.
constexpr auto quarantine_delay_seconds = "3600";
}  // namespace

std::vector<std::string> arguments(const Launch& l) {
  std::vector<std::string> a{l.config, "--daemonize", "no", "--supervised", "no", "--pidfile", ""};
  if (l.quarantine)
    a.insert(a.end(), {"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", quarantine_delay_seconds});
  if (l.quarantine && l.diskless_max_replicas != 0) a.insert(a.end(), {"--repl-diskless-sync-max-replicas", "0"});
  if (l.without_aof) a.insert(a.end(), {"--appendonly", "no"});
  return a;
}

Result<adapters::Spawned> launch(const Launch& l) {
  adapters::SpawnRequest r;
  r.executable = l.server;
  r.arguments = arguments(l);
  r.directory = l.directory;
  if (!l.user.empty()) r.user = l.user;
  r.nofile = l.nofile;
  r.core_bytes = l.process.core_bytes;
  r.nproc = l.process.nproc;
  r.oom_score_adj = l.process.oom_score_adj;
  r.umask = l.process.umask;
  r.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + l.directory};
  r.journal = l.journal;
  r.output = l.output;
  r.identity_file = l.identity_file;
  r.inherited_fd = l.lock_fd;
  return adapters::spawn(r);
}

}  // namespace slotwarden::act
