#include "run/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <filesystem>
#include <iterator>

#include "act/publish.h"
#include "adapters/service_manager.h"
#include "control/status.h"
#include "observe/proc.h"
#include "run/adoption.h"
#include "run/backups.h"
#include "run/certificate_watch.h"
#include "run/commands.h"
#include "run/config_files.h"
#include "run/control_server.h"
#include "run/elections.h"
#include "run/explain.h"
#include "run/host_watch.h"
#include "run/keeper.h"
#include "run/peer_server.h"
#include "run/prober.h"
#include "run/push.h"
#include "run/rehearsal.h"
#include "run/save_rotation.h"
#include "run/scope.h"
#include "run/shutdown_lock.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

namespace service_manager = adapters::service_manager;
constexpr auto tend_every = 5s;
constexpr auto listen_again = 10s;

Result<void> make_directory(const std::string& path, mode_t mode) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) return Error{fmt::format("cannot create {}: {}", path, failure.message()), failure.value()};
  (void)::chmod(path.c_str(), mode);
  return {};
}

bool same(const config::InstanceConfig& a, const config::InstanceConfig& b) {
  return a.config == b.config && a.server == b.server && a.policy == b.policy && a.user == b.user &&
         a.credentials == b.credentials;
}

}  // namespace

struct Daemon::Impl {
  Impl(DaemonOptions o, config::Loaded l, std::unique_ptr<Memory> m, std::string boot_id)
      : options(std::move(o)),
        host(l.config.host),
        memory(std::move(m)),
        journal(*memory),
        services{
            loop.get_executor(), *memory,        journal,      peers,    readers, scans, backing_up, systemd, processes,
            std::move(boot_id),  host.state_dir, host.log_dir, instances},
        commands(services,
                 {.compare = [this] { return compare(); },
                  .take_up = [this] { return take_up(); },
                  .configured = [this](Port p) { return configured(compare(), reload(), p); },
                  .shut_down = [this] { stop("the command shutdown"); },
                  .host_report = [this] { return host_report(); },
                  .host_restore = [this](bool r, std::string who) { return host_watch.restore(r, std::move(who)); },
                  .save = [this](std::vector<Instance*> which, bool at_once,
                                 std::string who) { return saves.save(std::move(which), at_once, std::move(who)); },
                  .release_saves = [this](std::vector<Instance*> which,
                                          std::string who) { return saves.release(std::move(which), std::move(who)); },
                  .saves = [this](const std::vector<Instance*>& which) { return saves.report(which); },
                  .save_facts = [this](const Instance& i) { return saves.facts_of(i); },
                  .backups = backups,
                  .rehearsals = rehearsals,
                  .elections = elections,
                  .pusher = pusher,
                  .version = options.version}),
        host_watch(services, scans, l.config.host_policy),
        saves(services, l.config.host_policy.saves, host.probe_interval) {
    services.replica_starts_at_once = l.config.host_policy.saves.replica_starts_at_once;
    backups.kept = [this](Instance&, const KeptCopy&) { rehearsals.wake(); };
    for (const auto& c : l.config.instances)
      if (c.sound) add(c, l.config.policy_of(c));
  }

  DaemonOptions options;
  config::HostConfig host;
  asio::io_context loop{1};
  std::unique_ptr<Memory> memory;
  Journal journal;
  Peers peers;
  ProcessScan processes;  // outlives the threads that look into it
  asio::thread_pool readers{1};
  asio::thread_pool scans{2};
  asio::thread_pool backing_up{1};
  asio::thread_pool systemd{1};
  std::vector<std::unique_ptr<Instance>> instances;
  std::map<Port, std::shared_ptr<Prober>> probers;
  Services services;
  Commands commands;
  HostWatch host_watch;
  CertificateWatch certificate{services, host.peer_certificate};
  std::unique_ptr<Receiver> receiver;  // set iff peers are listened to
  std::unique_ptr<PeerServer> door;
  std::unique_ptr<Pusher> pusher;  // set iff generations are sent to other hosts
  SaveRotation saves;
  Backups backups{services};
  Rehearsals rehearsals{services, saves};
  Elections elections{services};
  HostShutdown shutdown{services};
  ShutdownLock shutdown_lock{services, shutdown};
  std::unique_ptr<ControlServer> control;
  std::optional<adapters::DirectoryLock> lock;
  bool running = false;
  bool dirty = true;  // the published status is older than the last event

  void add(const config::InstanceConfig& c, const Policy& p);
  void supervise(Instance& i);
  void remember_into(Instance& i);
  Result<control::RereadReply> compare();
  std::vector<control::Outcome> take_up();
  config::Loaded reload();
  void stop(const std::string& why);
  asio::awaitable<void> end();
  void publish_status();
  control::HostReport host_report() const;
  void open_to_peers();
  asio::awaitable<void> listen_to_peers(PeerOptions at);
  asio::awaitable<void> tick();
  asio::awaitable<void> tend();
  asio::awaitable<void> obey_signals();
};

void Daemon::Impl::remember_into(Instance& i) {
  if (auto r = memory->record(i.port())) {
    i.record = *r;
    i.recorded = true;
  }
  if (auto n = memory->intent(i.port())) i.intent = *n;
  i.record.port = i.port();
}

void Daemon::Impl::add(const config::InstanceConfig& c, const Policy& p) {
  auto& i = *instances.emplace_back(std::make_unique<Instance>(loop.get_executor(), c, p));
  remember_into(i);
  if (running) supervise(i);
}

void Daemon::Impl::supervise(Instance& i) {
  probers[i.port()] = std::make_shared<Prober>(i, services);
  i.probe_now = [p = std::weak_ptr(probers[i.port()])] {
    if (auto prober = p.lock()) prober->ask_now();
  };
  i.saved_now = [this, port = i.port()] { backups.wake(port); };
  start(loop.get_executor(), fmt::format("the keeper of {}", i.port().n), keep(i, services));
}

config::Loaded Daemon::Impl::reload() {
  return load_config(options.config_file, options.policies_dir);
}

Result<control::RereadReply> Daemon::Impl::compare() {
  control::RereadReply reply;
  const auto fresh = reload();
  if (!fresh.problems.empty()) return Error{fmt::format("{}", fmt::join(mistakes(fresh.problems), "; "))};
  std::set<Port> seen;
  for (const auto& c : fresh.config.instances) {
    seen.insert(c.port);
    const auto at = std::ranges::find_if(instances, [&](const auto& i) { return i->port() == c.port && !i->removed; });
    if (at == instances.end())
      reply.added.push_back(c.port);
    else if (!same((*at)->conf, c) || (c.sound && (*at)->policy != fresh.config.policy_of(c)))
      reply.changed.push_back(c.port);
  }
  for (const auto& i : instances)
    if (!i->removed && !seen.contains(i->port())) reply.removed.push_back(i->port());
  return reply;
}

std::vector<control::Outcome> Daemon::Impl::take_up() {
  using control::Done;
  std::vector<control::Outcome> all;
  const auto fresh = reload();
  for (auto& text : mistakes(fresh.problems)) all.push_back({Port{}, Done::failed, "", std::move(text)});
  if (!fresh.host_sound) {
    all.push_back({Port{}, Done::failed, "", "the configuration in force was kept"});
    return all;
  }
  host_watch.take_up(fresh.config.host_policy);
  saves.take_up(fresh.config.host_policy.saves);
  services.replica_starts_at_once = fresh.config.host_policy.saves.replica_starts_at_once;
  std::set<Port> seen;
  for (const auto& c : fresh.config.instances) {
    seen.insert(c.port);
    if (!c.sound) continue;
    const auto at = std::ranges::find_if(instances, [&](const auto& i) { return i->port() == c.port; });
    if (at == instances.end()) {
      add(c, fresh.config.policy_of(c));
      all.push_back({c.port, Done::done, "", "added"});
      continue;
    }
    auto& i = **at;
    const bool changed = !same(i.conf, c) || i.removed;
    const bool other_policy = i.policy != fresh.config.policy_of(c);
    i.removed = false;
    i.let_go = false;
    i.conf = c;
    i.policy = fresh.config.policy_of(c);
    if (other_policy) enter_scope(i, services);
    i.changed();
    if (!i.kept) supervise(i);
    if (changed) all.push_back({c.port, Done::done, "", "changed; a running server takes it up at its next start"});
    if (other_policy && !changed) all.push_back({c.port, Done::done, "", "its policy " + c.policy + " changed"});
  }
  for (const auto& i : instances) {
    if (i->removed || seen.contains(i->port())) continue;
    i->removed = true;
    i->changed();
    all.push_back({i->port(), Done::done, "", "removed; its server was not touched and is not supervised any more"});
  }
  dirty = true;
  return all;
}

void Daemon::Impl::publish_status() {
  std::vector<control::InstanceStatus> all;
  for (const auto& i : instances)
    if (!i->removed) all.push_back(status_of(*i));
  const auto text = control::write(control::to_json(std::span<const control::InstanceStatus>(all)));
  if (auto done = act::publish(host.state_dir + "/status.json", text + "\n", 0644); !done)
    spdlog::error("{}", done.error().what);
  service_manager::status(control::summary(all));
}

control::HostReport Daemon::Impl::host_report() const {
  auto report = host_watch.report();
  std::ranges::move(certificate.findings(), std::back_inserter(report.findings));
  return report;
}

// Until it listens: an address that is not there yet, or a certificate that cannot be read, may be there later.
asio::awaitable<void> Daemon::Impl::listen_to_peers(PeerOptions at) {
  asio::steady_timer pause(loop);
  std::string told;
  while (!services.stopping) {
    auto listening = PeerServer::listen(loop.get_executor(), at, *receiver);
    if (listening) {
      door = std::move(*listening);
      if (!told.empty()) journal.note(Port{}, "peers-heard", "", "what other hosts send is received now");
      co_return;
    }
    if (listening.error().what != told)
      journal.warn(Port{}, "peers-not-heard", "",
                   fmt::format("{}; tried again every {} s", listening.error().what, listen_again.count()));
    told = listening.error().what;
    pause.expires_after(listen_again);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

// Where it cannot be done the servers are kept all the same.
void Daemon::Impl::open_to_peers() {
  if (host.peer_certificate.empty()) return;
  const adapters::TlsFiles tls{host.peer_authority, "", host.peer_certificate, host.peer_certificate};
  PushOptions push{.tls = tls, .port = host.peer_port, .bandwidth = std::nullopt};
  if (host.peer_bandwidth != 0) push.bandwidth = Bytes{host.peer_bandwidth};
  start(loop.get_executor(), "the watch over the certificate", certificate.run());
  pusher = std::make_unique<Pusher>(services, std::move(push));
  start(loop.get_executor(), "the sending of generations", pusher->run());
  if (host.peer_listen.empty()) return;
  receiver = std::make_unique<Receiver>(services);
  PeerOptions at{.address = host.peer_listen, .port = host.peer_port, .tls = tls};
  start(loop.get_executor(), "the way in for other hosts", listen_to_peers(std::move(at)));
}

asio::awaitable<void> Daemon::Impl::tick() {
  asio::steady_timer timer(loop);
  auto next = now();
  while (!services.stopping) {
    for (const auto& [port, prober] : probers) prober->tick();
    if (std::exchange(dirty, false)) publish_status();
    // After a freeze of this process the missed rounds are not made up for.
    next = std::max(next + host.probe_interval, now());
    timer.expires_at(next);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Daemon::Impl::tend() {
  asio::steady_timer timer(loop);
  while (!services.stopping) {
    co_await peers.tend();
    timer.expires_after(tend_every);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

asio::awaitable<void> Daemon::Impl::obey_signals() {
  asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);
  while (!services.stopping) {
    const int number = co_await signals.async_wait(asio::use_awaitable);
    if (number == SIGHUP) {
      service_manager::reloading();
      for (const auto& o : take_up()) journal.note(o.port, "update", "", o.text);
      service_manager::ready();
      continue;
    }
    if (co_await shutdown.under_way()) co_await shutdown.leave();
    stop(number == SIGTERM ? "SIGTERM" : "SIGINT");
  }
}

void Daemon::Impl::stop(const std::string& why) {
  if (services.stopping) return;
  services.stopping = true;
  for (const auto& i : instances)
    if (i->reading) i->reading->progress->give_up = true;  // a large dataset would hold up the end
  host_watch.end();
  saves.end();
  backups.end();
  rehearsals.end();
  elections.end();
  service_manager::stopping();
  journal.note(Port{}, "daemon-stopped", "", why + "; the servers run on");
  start(loop.get_executor(), "the end", end());
}

// The answer to `shutdown` is still on its way when `stop` is called: the loop ends once every client has been served,
// within the deadlines that the control server keeps.
asio::awaitable<void> Daemon::Impl::end() {
  control->stop();
  co_await control->served();
  loop.stop();
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::build(DaemonOptions options, config::Loaded loaded) {
  const auto& host = loaded.config.host;
  for (const auto& [path, mode] :
       {std::pair(host.state_dir, 0750), {host.state_dir + "/run", 0750}, {host.log_dir, 0750}})
    if (auto made = make_directory(path, mode); !made) return made.error();
  auto lock = adapters::DirectoryLock::take(host.state_dir);
  if (!lock && lock.error().os_error == EWOULDBLOCK)
    return while_doing("another slotwardend is using " + host.state_dir, lock.error());
  if (!lock) return lock.error();
  auto boot = observe::boot_id();
  if (!boot) return boot.error();
  auto memory = Memory::open(host.state_dir);
  if (!memory) return memory.error();
  ControlOptions control{.path = host.control_socket, .group = host.control_group};
  auto impl = std::make_unique<Impl>(std::move(options), std::move(loaded), std::move(*memory), std::move(*boot));
  impl->lock = std::move(*lock);
  auto listening = ControlServer::listen(
      impl->loop.get_executor(), std::move(control),
      [i = impl.get()](control::Request r, Caller c) { return i->commands.handle(std::move(r), std::move(c)); });
  if (!listening) return listening.error();
  impl->control = std::move(*listening);
  impl->journal.publish = [i = impl.get()](const Event& e) {
    i->dirty = true;
    if (e.event == "running") i->host_watch.look_soon();
    i->control->publish(e);
  };
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

void Daemon::run() {
  auto& i = *impl_;
  i.running = true;
  i.journal.note(Port{}, "daemon-started", "",
                 fmt::format("version {}, {} instances", i.options.version, i.instances.size()));
  start(i.loop.get_executor(), "the host's watch", i.host_watch.run());
  start(i.loop.get_executor(), "the rotation of the saves", i.saves.run());
  start(i.loop.get_executor(), "the watch over the saves", i.saves.watch());
  for (auto& instance : i.instances) i.supervise(*instance);
  start(i.loop.get_executor(), "the tick", i.tick());
  start(i.loop.get_executor(), "the peers", i.tend());
  start(i.loop.get_executor(), "the backups", i.backups.run());
  start(i.loop.get_executor(), "the rehearsals", i.rehearsals.run());
  start(i.loop.get_executor(), "the elections that were put off", i.elections.run());
  start(i.loop.get_executor(), "the signals", i.obey_signals());
  start(i.loop.get_executor(), "the lock on the host's shutdown", i.shutdown_lock.run());
  start(i.loop.get_executor(), "the watchdog", service_manager::keep_alive(i.loop.get_executor()));
  i.open_to_peers();
  service_manager::ready();
  i.loop.run();
  i.publish_status();
  i.memory->finish();
}

}  // namespace slotwarden::run
