#include "run/aof_switch.h"

#include <fmt/format.h>

#include "act/cluster.h"
#include "act/kept.h"
#include "formats/kept_copy.h"
#include "run/kept_copies.h"
#include "run/workers.h"

namespace slotwarden::run {

AofFiles aof_files_of(const Instance& i, std::string who) {
  AofFiles f;
  f.directory = i.server->dir;
  f.user = i.conf.user;
  f.names = {i.server->appenddirname, i.server->appendfilename};
  auto& n = f.note;
  n.aof = true;
  n.kept_unix_ms = unix_ms();
  n.why = "replaced";
  n.who = std::move(who);
  n.port = i.port();
  n.node = i.record.node_id;
  n.shard = shard_of(i);
  return f;
}

Result<std::string> move_aside(AofFiles f) {
  const auto owner = act::owner_of(f.directory, f.user);
  if (!owner) return owner.error();
  auto folder = act::KeptFolder::open(f.directory, *owner);
  if (!folder) return folder.error();
  std::string moved;
  for (const auto& name : f.names) {
    f.note.from = f.directory + "/" + name;
    const auto kept = folder->move_in(name, f.note, formats::kept_name(f.note));
    if (!kept) return kept.error();
    if (!kept->empty())
      moved += fmt::format("{}{} is kept as {}/{}", moved.empty() ? "" : ", ", name, kept_folder, *kept);
  }
  return Result<std::string>(boost::system::in_place_value, std::move(moved));
}

asio::awaitable<void> clear_append_only(Instance& i, Services& s) {
  auto work = [f = aof_files_of(i, "slotwarden")] { return move_aside(f); };
  const auto moved = co_await on(s.scans, std::move(work));
  if (!moved)
    s.journal.warn(i.port(), "error", "", moved.error().what);
  else if (!moved->empty())
    s.journal.note(i.port(), "set-aside", "", fmt::format("{}: it is written anew from the dump", *moved));
}

asio::awaitable<void> switch_append_only_on(Instance& i, Services& s, adapters::RespConnection& server) {
  const auto info = *i.info;  // a copy: the process may end while we wait for its answer
  if (!info.aof_enabled) {
    auto set = co_await act::set_config(server, "appendonly", "yes");
    if (!set) {
      i.trouble = "it cannot be told to write its append-only file again: " + set.error().what;
      co_return;
    }
    s.journal.note(i.port(), "aof-rewrite", "",
                   fmt::format("{} keys were loaded from the dump; its append-only file "
                               "is switched on again and written anew",
                               info.keys));
    co_return;
  }
  if (info.aof_rewrite_in_progress || info.aof_rewrite_scheduled || !info.last_aof_rewrite_ok) co_return;
  i.record.aof_pending = false;
  if (auto kept = co_await s.memory.write(i.record); !kept) s.journal.warn(i.port(), "error", "", kept.error().what);
  s.journal.note(i.port(), "aof-rebuilt", "", "its append-only file is whole again");
  i.changed();
}

}  // namespace slotwarden::run
