#include "run/backup_hook.h"

#include <fmt/format.h>

#include <csignal>
#include <optional>

#include "act/files.h"
#include "observe/proc.h"
#include "run/explain.h"
#include "run/lasting.h"

namespace slotwarden::run {

namespace {

adapters::SpawnRequest request_of(const Instance& i, const Services& s, const KeptCopy& g) {
  const auto path = fmt::format("{}/{}/{}", i.server->dir, kept_folder, g.name);
  adapters::SpawnRequest r;
  r.executable = i.policy.backup.hook;
  if (!i.conf.user.empty()) r.user.emplace(i.conf.user);
  r.umask = 0077;
  const auto tell = [&r](std::string_view name, std::string_view value) {
    r.environment.push_back(fmt::format("{}={}", name, value));
  };
  tell("PATH", "/usr/local/bin:/usr/bin:/bin");
  tell("LANG", "C.UTF-8");
  tell("SLOTWARDEN_GENERATION", path);
  tell("SLOTWARDEN_NOTE", fmt::format("{}.json", path));
  tell("SLOTWARDEN_PORT", std::to_string(i.port().n));
  tell("SLOTWARDEN_SHARD", g.shard);
  tell("SLOTWARDEN_SHA256", g.sha256);
  r.output = fmt::format("{}/{}.backup-hook.log", s.log_dir, i.port().n);
  return r;
}

}  // namespace

asio::awaitable<void> run_backup_hook(Instance& i, Services& s, KeptCopy generation) {
  const auto port = i.port();
  const auto limit = i.policy.backup.hook_limit;
  const auto request = request_of(i, s, generation);
  const auto spawned = adapters::spawn(request);
  if (!spawned) {
    s.journal.warn(port, "backup-hook", "", spawned.error().what);
    co_return;
  }
  auto watch = adapters::ProcessWatch::open(s.loop, spawned->pid);
  if (!watch) {
    s.journal.warn(port, "backup-hook", "", watch.error().what);
    co_return;
  }
  const auto began = now();
  Lasting process(s, std::move(*watch));
  const auto ended = co_await process.ended_within(limit);
  if (!ended) co_await process.end();
  const auto how = ended ? describe(*ended) : std::string("it ran for longer than backup.hook_limit, and was ended");
  auto text = fmt::format("{} for {}, after {} ms: {}", request.executable, generation.name, since(began).count(), how);
  if (ended && ended->code == 0)
    s.journal.note(port, "backup-hook", "", std::move(text));
  else
    s.journal.warn(port, "backup-hook", "", fmt::format("{}; it wrote to {}", text, request.output));
}

}  // namespace slotwarden::run
