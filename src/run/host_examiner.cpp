#include "run/host_examiner.h"

#include <algorithm>

#include "observe/host_settings.h"
#include "observe/server_settings.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto connect_patience = 1s;
constexpr auto answer_patience = 2s;

// What is read from the disk, on the pool.
struct OnDisk {
  ServerSeen server;
  std::vector<formats::Directive> directives;
  std::string problem;
};

OnDisk read_disk(ServerSeen server, const std::optional<formats::ServerConf>& conf, const std::string& config_file) {
  OnDisk d{std::move(server), {}, {}};
  observe::look_at_process(d.server);
  if (conf) observe::look_at_files(d.server, *conf);
  if (config_file.empty()) return d;
  if (auto directives = observe::server_directives(config_file))
    d.directives = std::move(*directives);
  else
    d.problem = directives.error().what;
  if (d.problem.empty() && conf) d.server.maxclients_by_file = static_cast<std::int64_t>(conf->maxclients);
  d.server.renames_commands =
      std::ranges::find(d.directives, "rename-command", &formats::Directive::name) != d.directives.end();
  return d;
}

// The memory is what every one of the servers may use.
HostSeen read_host(const std::vector<Pid>& pids) {
  HostSeen seen = observe::host_settings();
  for (const auto pid : pids)
    if (const auto memory = observe::memory_for(pid)) seen.memory = std::min(*memory, seen.memory.value_or(*memory));
  return seen;
}

}  // namespace

adapters::RespConnection* HostExaminer::connection(Port p) {
  const auto at = connections_.find(p);
  return at == connections_.end() || !at->second.connection || !at->second.connection->idle()
             ? nullptr
             : at->second.connection.get();
}

asio::awaitable<Result<void>> HostExaminer::connect(HostSubject subject) {
  auto& mine = connections_[subject.instance->port()];
  if (mine.connection && mine.connection->open() && mine.to == subject.pid) co_return Result<void>{};
  mine.connection.reset();
  auto c = co_await adapters::RespConnection::open(subject.instance->address(), subject.instance->access.who,
                                                   connect_patience);
  if (!c) co_return c.error();
  auto& kept = connections_[subject.instance->port()];
  kept.to = subject.pid;
  kept.connection = std::move(*c);
  co_return Result<void>{};
}

asio::awaitable<ServerSeen> HostExaminer::look_at(HostSubject subject, std::vector<std::string>& blind) {
  const auto& i = *subject.instance;
  const auto port = i.port();
  ServerSeen s;
  s.port = port;
  s.pid = subject.pid;
  s.managed = subject.managed;
  s.policy_name = i.policy.name;
  s.policy = i.policy.server;
  s.saves_scheduled = i.policy.save.schedule;
  s.process = i.policy.process;
  auto conf = i.server;
  if (conf) conf->dir = i.directory();
  if (conf && conf->cluster_enabled) s.bus_port = conf->bus_port();
  auto read = [s = std::move(s), conf = std::move(conf), file = i.conf.config] { return read_disk(s, conf, file); };
  auto disk = co_await on(scans_, std::move(read));
  const auto told = [&](const std::string& what) { blind.push_back(std::to_string(port.n) + ": " + what); };
  if (!disk.problem.empty()) told(disk.problem);
  auto connected = co_await connect(subject);
  if (!connected) {
    told(connected.error().what);
    co_return std::move(disk.server);
  }
  auto asked =
      co_await observe::ask_settings(*connections_[port].connection, answer_patience, disk.directives, disk.server);
  if (!asked) told(asked.error().what);
  co_return std::move(disk.server);
}

asio::awaitable<HostSeen> HostExaminer::look(std::vector<HostSubject> subjects) {
  std::vector<Pid> pids;
  for (const auto& s : subjects) pids.push_back(s.pid);
  auto read = [pids = std::move(pids)] { return read_host(pids); };
  HostSeen seen = co_await on(scans_, std::move(read));
  for (const auto& subject : subjects) {
    auto one = co_await look_at(subject, seen.blind);
    seen.servers.push_back(std::move(one));
  }
  std::erase_if(connections_, [&](const auto& c) {
    return std::ranges::none_of(subjects, [&](const HostSubject& s) { return s.instance->port() == c.first; });
  });
  co_return seen;
}

}  // namespace slotwarden::run
