#include "run/backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "run/arrival.h"
#include "run/backup_hook.h"
#include "run/kept_copies.h"
#include "run/reading_text.h"
#include "run/words.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto look_at_all_every = 60s;

SaveOrder order_of(const Instance& i, std::string known_bad, std::shared_ptr<observe::Progress> progress) {
  SaveOrder o;
  o.conf = *i.server;
  o.user = i.conf.user;
  o.server = i.conf.server;
  o.policy = i.policy.backup;
  o.started_unix = unix_ms() / 1000 - i.info->uptime_seconds;
  o.known_bad = std::move(known_bad);
  o.progress = std::move(progress);
  o.note.who = "slotwarden";
  o.note.port = i.port();
  o.note.node = i.record.node_id;
  o.note.shard = shard_of(i);
  o.note.saved_by = i.record.node_id;
  o.note.run_id = i.info->run_id;
  return o;
}

bool to_be_looked_at(const Instance& i) {
  return !i.removed && i.policy.backup.enabled && i.server && i.watch && i.info && !i.info->loading &&
         !i.record.quarantined;
}

}  // namespace

void Backups::wake(Port p) {
  woken_.insert(p);
  bell_.ring();
}

void Backups::end() {
  if (progress_) progress_->give_up = true;
  bell_.ring();
}

asio::awaitable<void> Backups::run() {
  while (!services_.stopping) {
    if (woken_.empty()) {
      const bool rung = co_await bell_.wait(look_at_all_every);
      if (!rung)
        for (const auto& i : services_.instances) woken_.insert(i->port());
      continue;
    }
    const auto port = *woken_.begin();
    woken_.erase(woken_.begin());
    const auto at = std::ranges::find_if(services_.instances, [&](const auto& i) { return i->port() == port; });
    if (at != services_.instances.end() && to_be_looked_at(**at)) co_await tend(**at);
  }
}

asio::awaitable<void> Backups::tend(Instance& i) {
  progress_ = std::make_shared<observe::Progress>();
  auto order = order_of(i, bad_[i.port()].signature, progress_);
  order.first = seen_.insert(i.port()).second;
  auto work = [o = std::move(order)] { return keep_saves(o); };
  auto kept_now = co_await on(services_.backups, std::move(work));
  progress_.reset();
  if (!services_.stopping) co_await tell(i, std::move(kept_now));
}

void Backups::tell_trouble(Port p, std::map<Port, std::string>& known, std::string_view doing,
                           const std::string& what) {
  if (what.empty()) {
    known.erase(p);
    return;
  }
  if (std::exchange(known[p], what) != what) services_.journal.warn(p, "error", "", std::string(doing) + what);
}

asio::awaitable<void> Backups::tell(Instance& i, SavesKept k) {
  auto& journal = services_.journal;
  tell_trouble(i.port(), unkept_, "its save could not be kept: ", k.error);
  tell_trouble(i.port(), unremoved_, "an outdated generation is still there: ", k.not_removed);
  if (!k.bad.empty()) {
    bad_[i.port()] = {k.bad_signature, k.bad};
    journal.warn(i.port(), "backup-bad", "",
                 fmt::format("what it saved is not kept: {}; earlier generations stay", k.bad));
  }
  for (const auto& copy : k.kept) {
    if (k.bad.empty()) bad_.erase(i.port());
    journal.note(i.port(), "backup", "",
                 fmt::format("its save was verified and is kept as {}/{} ({} keys, {})", kept_folder, copy.name,
                             copy.keys.value_or(0), in_words(copy.size)));
  }
  for (const auto& name : k.finished)
    journal.note(i.port(), "backup-removed", "", name + ": only its note was left of a removal that was cut short");
  for (const auto& gone : k.removed)
    journal.note(i.port(), "backup-removed", gone.verdict.rule, fmt::format("{}: {}", gone.name, gone.verdict.because));
  for (const auto& copy : k.kept) {
    co_await send_to_master(i, copy);
    if (!i.policy.backup.hook.empty())
      start(services_.loop, fmt::format("the backup hook of {}", i.port().n), run_backup_hook(i, services_, copy));
    if (kept) kept(i, copy);
  }
}

asio::awaitable<void> Backups::send_to_master(Instance& i, const KeptCopy& k) {
  if (!i.info || i.info->role != Role::replica) co_return;
  auto* master = services_.local(i.record.master);
  if (!master || master == &i || master->removed || !master->policy.backup.enabled) co_return;
  const auto path = fmt::format("{}/{}/{}", i.server->dir, kept_folder, k.name);
  (void)co_await arrive_from(*master, services_, path, k);
  wake(master->port());  // there, too, older ones go
}

std::shared_ptr<observe::Progress> Backups::show_reading(Port p) {
  auto shown = std::make_shared<observe::Progress>();
  reading_[p] = shown;
  return shown;
}

asio::awaitable<std::vector<control::PortBackups>> Backups::list(std::vector<Instance*> which) {
  std::vector<control::PortBackups> all;
  for (auto* i : which) {
    control::PortBackups b;
    b.port = i->port();
    b.enabled = i->policy.backup.enabled;
    if (const auto at = reading_.find(i->port()); at != reading_.end())
      if (const auto shown = at->second.lock()) b.doing = reading_text("reading", *shown);
    if (const auto at = unkept_.find(i->port()); at != unkept_.end()) b.trouble = "could not be kept: " + at->second;
    if (const auto bad = bad_.find(i->port()); bad != bad_.end() && !bad->second.what.empty())
      b.trouble = bad->second.what;
    if (i->server) {
      auto look = [conf = *i->server] { return listed(conf); };
      auto found = co_await on(services_.scans, std::move(look));
      for (const auto& f : found.files) b.copies.push_back({f.copy, f.copy.name == found.in_place, f.trouble});
    } else {
      b.trouble = i->server_problem;
    }
    all.push_back(std::move(b));
  }
  co_return all;
}

std::vector<Finding> Backups::findings() const {
  std::vector<Finding> all;
  for (const auto& [port, what] : unkept_) {
    Finding f;
    f.setting = "backup";
    f.port = port;
    f.expected = "saves that are kept";
    f.actual = what;
    f.severity = Severity::danger;
    f.why = "No new generation is made: what is kept gets older with every save.";
    f.fix = "mend what it names; it is tried again every minute";
    all.push_back(std::move(f));
  }
  for (const auto& [port, bad] : bad_) {
    if (bad.what.empty()) continue;
    Finding f;
    f.setting = "backup";
    f.port = port;
    f.expected = "a save that would load";
    f.actual = bad.what;
    f.severity = Severity::danger;
    f.why = "A save that does not load is no backup, and what the server would start with is this very file.";
    f.fix = fmt::format("look at the disk and at the memory of this host; slotwardenctl backups {} shows what is left",
                        port.n);
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace slotwarden::run
