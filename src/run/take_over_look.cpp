#include "run/take_over_look.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "adapters/units.h"
#include "formats/info.h"
#include "observe/belonging.h"
#include "observe/files.h"
#include "observe/proc.h"
#include "run/gate.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 3s;

Tri tri(bool yes) {
  return yes ? Tri::yes : Tri::no;
}

// The first reason is the one that is told: the ladder asks in the same order.
void tell(TakeOverLook& l, std::string detail) {
  if (l.found.detail.empty()) l.found.detail = std::move(detail);
}

void find_keeper(TakeOverLook& l, const Belonging& at) {
  decide::KeeperEvidence e;
  e.at = at;
  e.pid = l.found.pid;
  e.init_name = observe::name_of(Pid{1});
  e.systemd = adapters::systemd_runs();
  if (e.systemd) {
    const auto name = adapters::unit_of(e.pid);
    auto unit = name && !name->empty() ? adapters::unit(*name) : Result<std::optional<Unit>>(std::optional<Unit>());
    if (name && unit) {
      e.unit_known = Tri::yes;
      e.unit = std::move(*unit);
    } else {
      tell(l, name ? unit.error().what : name.error().what);
    }
    if (e.unit) e.alone = observe::alone_in_group(at.group, e.pid);
  }
  l.found.keeper = decide::keeper_of(e);
  switch (l.found.keeper) {
    case Keeper::program: l.found.keeper_name = fmt::format("{} (pid {})", at.parent_name, at.parent.n); break;
    case Keeper::container: l.found.keeper_name = at.group.empty() ? "a container" : at.group; break;
    case Keeper::unit: l.found.unit = e.unit; [[fallthrough]];
    case Keeper::users_manager:
    case Keeper::foreign_unit: l.found.keeper_name = e.unit->name; break;
    case Keeper::nobody:
    case Keeper::unknown: break;
  }
  if (l.found.keeper != Keeper::nobody && l.found.keeper != Keeper::unit) tell(l, l.found.keeper_name);
}

// What the kernel and systemd show.
TakeOverLook look_from_outside(const TakeOverQuestion& q) {
  TakeOverLook l;
  auto& e = l.evidence;
  l.found.port = q.port;
  l.found.pid = q.pid;
  e.committing = q.committing;
  e.listens = tri(q.pid.n != 0);
  if (q.pid.n == 0) return l;
  if (auto identity = observe::identity_of(q.pid)) l.identity = *identity;
  const auto at = observe::belonging_of(q.pid);
  if (!at || !l.identity) {
    tell(l, at ? "its process has ended" : at.error().what);
    return l;
  }
  find_keeper(l, *at);
  e.keeper = l.found.keeper;
  e.leads_session = tri(at->leads_session);
  l.found.user = observe::user_name_of(q.pid);
  e.user_known = tri(!l.found.user.empty());
  const bool speaks = l.found.keeper != Keeper::unit || ::geteuid() == 0;
  e.permitted = tri(::kill(q.pid.n, 0) == 0 && speaks);
  if (l.found.unit) {
    e.unit_disarmed = tri(disarmed(*l.found.unit));
    if (q.committing && e.unit_disarmed == Tri::no)
      tell(l, fmt::format("{} has Restart={}, KillMode={}, KillSignal={}, SendSIGKILL={}, {} stop commands",
                          l.found.unit->name, l.found.unit->restart, l.found.unit->kill_mode, l.found.unit->kill_signal,
                          l.found.unit->sends_sigkill ? "yes" : "no", l.found.unit->stop_steps));
  }
  return l;
}

// Those that name this server where a program that restarts things is configured.
void look_for_rivals(TakeOverLook& l) {
  std::vector<std::string> words{l.found.config_file};
  if (l.found.unit) words.push_back(l.found.unit->name.substr(0, l.found.unit->name.rfind('.')));
  const auto rival = observe::rival_naming(words);
  if (rival) l.evidence.rival = tri(!rival->empty());
  if (!rival) tell(l, rival.error().what);
  if (rival && !rival->empty()) tell(l, *rival);
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat x {
  }, y{};
  return ::stat(a.c_str(), &x) == 0 && ::stat(b.c_str(), &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

// By the name that it was called by: the program acts by it. A server that was upgraded meanwhile runs from a file
// that is no more.
void find_program(TakeOverLook& l, const std::string& told) {
  const auto running = observe::process_link(l.found.pid, "exe");
  const auto linked = fmt::format("/proc/{}/exe", l.found.pid.n);
  const auto beside = std::filesystem::path(running).parent_path();
  for (const auto& path : {told, running, (beside / "redis-server").string(), (beside / "valkey-server").string()}) {
    const auto name = std::filesystem::path(path).filename().string();
    if (!path.starts_with('/') || !name.ends_with("-server") || ::access(path.c_str(), X_OK) != 0) continue;
    if (!running.ends_with(" (deleted)") && !same_file(path, linked)) continue;
    l.found.program = path;
    break;
  }
  l.evidence.program_known = running.empty() ? Tri::unknown : tri(!l.found.program.empty());
  if (l.found.program.empty()) tell(l, fmt::format("it runs {}, and says {}", running, told));
}

void look_at_directory(TakeOverLook& l, const std::string& by_file, const std::string& state_dir) {
  std::error_code failure;
  l.found.directory = observe::process_link(l.found.pid, "cwd");
  if (l.found.directory.empty()) return tell(l, "the directory that it works in cannot be seen");
  const auto wanted = std::filesystem::canonical(by_file, failure).string();
  l.evidence.directory_agrees = tri(!failure && wanted == l.found.directory);
  if (l.evidence.directory_agrees == Tri::no)
    tell(l, fmt::format("it works in {}, and its file says {}", l.found.directory, by_file));
  const auto table = observe::process_table();
  if (!table) return tell(l, table.error().what);
  auto others = observe::users_of_directory(l.found.directory, l.found.pid, *table);
  const auto children = observe::session_members(l.found.pid, *table);
  std::erase_if(others, [&](Pid p) {
    return !observe::is_server_program(p) || std::ranges::find(children, p) != children.end();
  });
  // The daemon holds the lock of its state directory, and those of data directories that it waits for.
  const auto warden = state_dir.empty() ? std::vector<Pid>{} : observe::holders_of_lock(state_dir, *table);
  for (const auto p : observe::holders_of_lock(l.found.directory, *table)) {
    const bool own = p == l.found.pid || p.n == ::getpid() || std::ranges::find(children, p) != children.end() ||
                     std::ranges::find(warden, p) != warden.end();
    if (!own) others.push_back(p);
  }
  l.evidence.directory_alone = tri(others.empty());
  if (!others.empty()) tell(l, observe::command_of(others.front()) + " uses " + l.found.directory);
}

struct Compared {
  std::string name;
  std::string by_file;
};

std::vector<Compared> compared(const formats::ServerConf& c) {
  const auto word = [](bool b) { return std::string(b ? "yes" : "no"); };
  return {{"dbfilename", c.dbfilename},
          {"appendonly", word(c.appendonly)},
          {"appendfilename", c.appendfilename},
          {"appenddirname", c.appenddirname},
          {"cluster-enabled", word(c.cluster_enabled)},
          {"cluster-config-file", c.cluster_config_file}};
}

std::vector<adapters::Command> questions(const std::vector<Compared>& all) {
  std::vector<adapters::Command> commands{{"INFO"}};
  for (const auto& c : all) commands.push_back({"CONFIG", "GET", c.name});
  return commands;
}

void compare(TakeOverLook& l, const std::vector<Compared>& all, const std::vector<adapters::Reply>& replies) {
  l.evidence.settings_agree = Tri::yes;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto& r = replies[n + 1];
    if (r.is_error()) {
      l.evidence.settings_agree = Tri::unknown;
      return tell(l, "CONFIG GET: " + r.text);
    }
    if (r.items.size() < 2 || r.items[1].text == all[n].by_file) continue;  // an older server does not have it
    l.evidence.settings_agree = Tri::no;
    return tell(l, fmt::format("{} is {} in its file and {} in force", all[n].name, all[n].by_file, r.items[1].text));
  }
}

struct Asked {
  std::optional<ServerInfo> info;
  std::vector<adapters::Reply> replies;
  std::string trouble;
};

asio::awaitable<Asked> ask(const Instance& i, std::vector<adapters::Command> commands) {
  Asked a;
  const auto where = i.address();
  const auto who = i.access.who;
  auto c = co_await adapters::RespConnection::open(where, who, patience);
  if (!c) {
    a.trouble = c.error().what;
    co_return a;
  }
  auto replies = co_await (*c)->ask(std::move(commands), patience);
  if (!replies) {
    a.trouble = replies.error().what;
    co_return a;
  }
  if (replies->front().is_error()) {
    a.trouble = replies->front().text;
    co_return a;
  }
  auto info = formats::server_info(replies->front().text);
  if (info) a.info = std::move(*info);
  if (!info) a.trouble = "what it answers is not INFO: " + info.error().what;
  a.replies = std::move(*replies);
  co_return a;
}

void take_info(TakeOverLook& l, const ServerInfo& info) {
  auto& e = l.evidence;
  e.answers = Tri::yes;
  e.is_node = tri(info.role != Role::unknown);
  e.loading = tri(info.loading);
  e.same_process = tri(info.process_id == l.found.pid);
  if (e.same_process == Tri::no)
    tell(l, fmt::format("process {} listens, process {} answers", l.found.pid.n, info.process_id.n));
  l.found.role = info.role;
  l.found.master = info.master;
  l.found.clients = info.connected_clients;
  l.found.config_file = info.config_file;
  e.names_file = tri(info.config_file.starts_with('/'));
}

// What the server itself says, first by the file that was guessed, then by the one that it names.
asio::awaitable<void> look_from_inside(TakeOverLook& l, TakeOverQuestion q, asio::thread_pool& blocking) {
  const auto loop = co_await asio::this_coro::executor;
  auto i = std::make_unique<Instance>(loop, q.instance, Policy{});
  bool readable = !q.instance.config.empty() && read_server_file(*i);
  auto settings = readable ? compared(*i->server) : std::vector<Compared>{};
  auto asked = co_await ask(*i, questions(settings));
  if (asked.info && asked.info->config_file != i->conf.config && asked.info->config_file.starts_with('/')) {
    if (q.configured)
      tell(l, fmt::format("it runs by {}, and slotwarden's configuration names {}", asked.info->config_file,
                          i->conf.config));
    if (q.configured) l.evidence.file_usable = Tri::no;
    q.instance.config = asked.info->config_file;
    i = std::make_unique<Instance>(loop, q.instance, Policy{});
    readable = read_server_file(*i);
    settings = readable ? compared(*i->server) : std::vector<Compared>{};
    asked = co_await ask(*i, questions(settings));
  }
  if (!asked.info) {
    l.evidence.answers = Tri::no;
    tell(l, asked.trouble);
    co_return;
  }
  take_info(l, *asked.info);
  if (l.evidence.names_file != Tri::yes) co_return;
  if (l.evidence.file_usable != Tri::no) l.evidence.file_usable = tri(readable);
  if (!readable) tell(l, i->server_problem);
  if (!readable) co_return;
  if (!asked.info->loading) compare(l, settings, asked.replies);
  auto look = [copy = l, directory = i->directory(), program = asked.info->executable,
               state_dir = q.state_dir]() mutable {
    look_at_directory(copy, directory, state_dir);
    find_program(copy, program);
    look_for_rivals(copy);
    return copy;
  };
  l = co_await on(blocking, std::move(look));
}

}  // namespace

asio::awaitable<TakeOverLook> look_to_take_over(TakeOverQuestion q, asio::thread_pool& blocking) {
  auto outside = [q] { return look_from_outside(q); };
  auto l = co_await on(blocking, std::move(outside));
  if (l.evidence.listens == Tri::yes && l.identity) co_await look_from_inside(l, std::move(q), blocking);
  // Whose number was looked at all the while: it may have been given to another process.
  if (l.identity) {
    const auto still = observe::identity_of(l.found.pid);
    if (!still || *still != *l.identity) l.evidence.same_process = Tri::no;
  }
  co_return l;
}

}  // namespace slotwarden::run
