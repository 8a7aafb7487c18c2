#include "run/prober.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "act/cluster.h"
#include "decide/deadline.h"
#include "decide/health.h"
#include "decide/quarantine.h"
#include "decide/saver.h"
#include "formats/numbers.h"
#include "observe/proc.h"
#include "observe/server.h"
#include "run/aof_switch.h"
#include "run/keeper.h"
#include "run/scope.h"
#include "run/succession_watch.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto connect_patience = 1s;
constexpr auto answer_patience = 24h;  // silence is noticed by its length, not by giving up
constexpr int nodes_every = 5;         // rounds between two looks at CLUSTER NODES when nothing hints at a change
constexpr auto save_volatile_every = 2s;
// Until a fresh server serves, its next step is looked for often: nothing announces it.
constexpr auto starting_pace = 20ms;
constexpr auto loading_pace = 200ms;

// What changes with every write, apart from what a restart depends on.
bool same_but_volatile(Record a, const Record& b) {
  a.keys = b.keys;
  a.keys_with_expiry = b.keys_with_expiry;
  a.offset = b.offset;
  if (a.replicas.size() == b.replicas.size())
    for (std::size_t n = 0; n < a.replicas.size(); ++n) a.replicas[n].offset = b.replicas[n].offset;
  return a.node_id == b.node_id && a.role == b.role && a.master == b.master && a.config_epoch == b.config_epoch &&
         a.slots == b.slots && a.replid == b.replid && a.replid2 == b.replid2 && a.replicas == b.replicas &&
         a.migrating == b.migrating && a.importing == b.importing && a.nodes == b.nodes && a.saved == b.saved &&
         a.quarantined == b.quarantined && a.seen.boot_id == b.seen.boot_id && a.node_timeout_ms == b.node_timeout_ms;
}

// The dataset that the process was started with, counted after it was loaded.
LastSave what_was_loaded(const Instance& i) {
  const auto& d = i.looked_at->dataset;
  return {d.saved_unix.value_or(0), d.aof,    i.info->keys,
          i.info->keys_with_expiry, d.replid, d.offset.value_or(Offset{})};
}

}  // namespace

void Prober::tick() {
  if (!instance_.watch) return;
  judge_health();
  look_at_scope(instance_);
  ask_now();
}

void Prober::ask_now() {
  if (asking_ || !instance_.watch || services_.stopping) return;
  asking_ = true;
  asked_ = now();
  start(services_.loop, fmt::format("the probe of {}", instance_.port().n),
        [](std::shared_ptr<Prober> self) -> asio::awaitable<void> {
          do {
            try {
              co_await self->ask();
            } catch (...) {
              self->asking_ = false;
              throw;
            }
          } while (co_await self->unsettled());
          self->asking_ = false;
        }(shared_from_this()));
}

// True, after a pause, while something is about to change: it starts, it loads, it is in quarantine, or its view of the
// cluster is wanted. The pace slows down with the age of the process, so that a start that takes hours is not polled.
asio::awaitable<bool> Prober::unsettled() {
  const auto& i = instance_;
  if (!i.watch || services_.stopping) co_return false;
  const bool starting =
      i.state == ProcessState::starting || (i.record.quarantined && !i.trouble.starts_with("LOADING"));
  const bool loading = i.state == ProcessState::loading;
  if (!starting && !loading && !(nodes_wanted_ && i.cluster_node() && i.info && i.trouble.empty())) co_return false;
  if (since(i.started) > 10s) co_return false;
  asio::steady_timer pause(services_.loop, loading ? loading_pace : starting_pace);
  co_await pause.async_wait(asio::use_awaitable);
  co_return i.watch != nullptr;
}

asio::awaitable<bool> Prober::connected() {
  if (connection_ && connection_->open() && connected_to_ == instance_.process->pid) co_return true;
  connection_.reset();
  settings_read_ = false;
  if (connected_to_ != instance_.process->pid) {
    saves_ = SaveWatch{};
    fresh_ = true;
  }
  nodes_wanted_ = true;
  const auto pid = instance_.process->pid;
  auto c = co_await adapters::RespConnection::open(instance_.address(), instance_.access.who, connect_patience);
  if (!c) {
    answered_oddly(c.error().what);
    co_return false;
  }
  connection_ = std::move(*c);
  connected_to_ = pid;
  co_return true;
}

bool Prober::wants_nodes() const {
  return instance_.cluster_node() && (nodes_wanted_ || round_ % nodes_every == 0);
}

asio::awaitable<void> Prober::ask() {
  if (!co_await connected()) co_return;
  ++round_;
  auto probe = co_await observe::probe(*connection_, answer_patience, instance_.cluster_node(), wants_nodes());
  if (!instance_.watch || !instance_.process || instance_.process->pid != connected_to_) co_return;
  if (!probe) {
    connection_.reset();
    answered_oddly(probe.error().what);
    co_return;
  }
  instance_.answered = now();
  if (!probe->info) {
    answered_oddly(probe->trouble);
    co_return;
  }
  if (probe->info->process_id.n != 0 && probe->info->process_id != instance_.process->pid) {
    connection_.reset();
    answered_oddly(fmt::format("pid {} answers on port {}, not the server that is supervised",
                               probe->info->process_id.n, instance_.port().n));
    co_return;
  }
  if (probe->view) nodes_wanted_ = false;
  answered_well(std::move(*probe->info), std::move(probe->cluster), std::move(probe->view));
  if (!instance_.info->loading) saw_cluster(probe->blind);
  if (!instance_.info->loading && !settings_read_) co_await read_settings();
  if (instance_.info && instance_.record.quarantined) co_await judge_quarantine();  // it may have ended meanwhile
  const bool judged = instance_.watch && !instance_.record.quarantined && instance_.info && !instance_.info->loading;
  if (instance_.record.aof_pending && judged) co_await switch_append_only_on(instance_, services_, *connection_);
}

void Prober::answered_oddly(const std::string& trouble) {
  const bool loading = trouble.starts_with("LOADING");
  if (loading) move(instance_, decide::LifeEvent::answered_loading);
  // A server that has just been started does not listen yet: that is not worth a line until it lasts.
  const bool young = since(instance_.started) < 2s && !instance_.answered;
  instance_.trouble = young ? "" : trouble;
  if (trouble != last_trouble_ && !loading && !young) {
    services_.journal.warn(instance_.port(), "trouble", "", trouble);
    last_trouble_ = trouble;
  }
}

void Prober::answered_well(ServerInfo info, std::optional<ClusterInfo> cluster, std::optional<ClusterView> view) {
  auto& i = instance_;
  if (!last_trouble_.empty()) services_.journal.note(i.port(), "recovered", "", "it answers as it should again");
  last_trouble_.clear();
  i.trouble.clear();
  const auto before = i.state;
  const auto role_before = i.info ? i.info->role : info.role;
  i.info = std::move(info);
  if (cluster) {
    const auto key =
        fmt::format("{}/{}/{}/{}/{}/{}", cluster->current_epoch.n, cluster->my_epoch.n, cluster->known_nodes,
                    static_cast<int>(i.info->role), i.info->replicas.size(), cluster->state_ok);
    if (key != nodes_key_ && !view) nodes_wanted_ = true;
    nodes_key_ = key;
    i.cluster = std::move(cluster);
  }
  move(i, i.info->loading ? decide::LifeEvent::answered_loading : decide::LifeEvent::answered);
  if (i.state != before && i.state == ProcessState::loading)
    services_.journal.note(i.port(), "loading", "", fmt::format("{} bytes", i.info->loading_total.value_or(Bytes{}).n));
  if (i.info->loading) return;
  remember(view);
  if (i.state != before && i.state == ProcessState::running) {
    if (i.looked_at && !i.record.quarantined) i.record.saved = what_was_loaded(i);
    i.looked_at.reset();
    close_succession(i);
    services_.journal.note(
        i.port(), "running", "",
        fmt::format("{}, {} keys, {} ms after the start", name(i.info->role), i.info->keys, since(i.started).count()));
  } else if (role_before != i.info->role) {
    services_.journal.note(i.port(), "role", "", fmt::format("it is {} now", name(i.info->role)));
  }
}

void Prober::remember(const std::optional<ClusterView>& view) {
  auto& i = instance_;
  auto& r = i.record;
  r.port = i.port();
  r.seen = services_.stamp();
  // A quarantined server's count is not a fact about the data until it was judged.
  if (!r.quarantined) {
    r.keys = i.info->keys;
    r.keys_with_expiry = i.info->keys_with_expiry;
  }
  r.replid = i.info->replid;
  r.offset = i.info->role == Role::replica ? i.info->replica_offset.value_or(i.info->offset) : i.info->offset;
  const auto told = copy_of(*i.info);
  r.replid2 = told.second_offset ? told.replid2 : std::string();
  r.second_offset = told.second_offset.value_or(Offset{});
  r.role = i.info->role;
  if (auto saved = saves_.see(*i.info)) {
    r.saved = std::move(*saved);
    fresh_ = true;
  }
  if (std::exchange(fresh_, false) && i.saved_now) i.saved_now();
  if (view) remember_nodes(*view);
  remember_replicas();
  i.recorded = true;
  const bool urgent = !same_but_volatile(saved_, r);
  if (!urgent && since(saved_at_) < save_volatile_every) return;
  saved_ = r;
  saved_at_ = now();
  services_.memory.remember(r);
}

void Prober::remember_nodes(const ClusterView& view) {
  auto& r = instance_.record;
  const auto* me = view.myself();
  if (!me) return;
  r.node_id = me->id;
  r.master = me->master;
  r.config_epoch = me->config_epoch;
  r.slots = me->slots;
  r.ever_owned_slots = r.ever_owned_slots || me->slots.any();
  r.migrating = me->migrating;
  r.importing = me->importing;
  r.nodes.clear();
  for (const auto& n : view.nodes)
    if (!n.handshake && (!n.noaddr || n.myself))
      r.nodes.push_back(KnownNode{n.id, n.at, n.role == Role::replica ? n.master : NodeId{}, n.slots, n.config_epoch});
  instance_.saver = decide::saver_of(me->id, view);
  want_peers(view);
}

void Prober::remember_replicas() {
  auto& r = instance_.record;
  if (instance_.info->role != Role::master) {
    r.replicas.clear();
    return;
  }
  // One that was attached and is not now may have received all that the master has sent until this moment, whatever it
  // had acknowledged: the master's own offset is the bound that proves something.
  for (auto& known : r.replicas) {
    if (known.online) known.offset = r.offset;
    known.online = false;
  }
  for (const auto& a : instance_.info->replicas) {
    const auto node = std::ranges::find_if(r.nodes, [&](const KnownNode& n) { return n.at == a.at; });
    auto known = std::ranges::find_if(r.replicas, [&](const KnownReplica& k) { return k.at == a.at; });
    if (known == r.replicas.end()) known = r.replicas.insert(r.replicas.end(), KnownReplica{});
    known->at = a.at;
    if (node != r.nodes.end()) known->id = node->id;
    known->online = a.state == "online";
    known->offset = a.offset;
  }
  // One that follows another master now can no longer succeed this one.
  std::erase_if(r.replicas, [&](const KnownReplica& k) {
    const auto node = std::ranges::find_if(r.nodes, [&](const KnownNode& n) { return n.id == k.id; });
    return !k.online && k.id.known() && (node == r.nodes.end() || node->master != r.node_id);
  });
}

asio::awaitable<void> Prober::read_settings() {
  std::vector<adapters::Command> question{{"CONFIG", "GET", "cluster-node-timeout"}};
  auto replies = co_await connection_->ask(std::move(question), answer_patience);
  if (!replies) co_return;
  settings_read_ = true;
  const auto& pair = (*replies)[0].items;
  if (pair.size() != 2) co_return;
  if (const auto ms = formats::whole_number<std::int64_t>(pair[1].text)) instance_.record.node_timeout_ms = *ms;
}

// It stays down until an operator has looked: what it loaded is less than what its replicas hold.
asio::awaitable<void> Prober::fail_quarantine(Verdict v) {
  auto& i = instance_;
  services_.journal.warn(i.port(), "quarantine-failed", v,
                         fmt::format("{} (loaded {} keys, promised {}, recorded {}); it is ended, its replicas keep "
                                     "everything",
                                     v.because, i.info->keys,
                                     i.promised_keys ? std::to_string(*i.promised_keys) : "unknown", i.record.keys));
  i.intent.held = true;
  i.intent.who = "slotwarden";
  i.intent.reason = std::string(v.because);
  i.intent.at_unix_ms = unix_ms();
  (void)co_await services_.memory.write(i.port(), i.intent);
  // Not SIGTERM: a last save would write what is missing over the file that may still be mended.
  if (i.watch)
    if (auto sent = i.watch->signal(SIGKILL); !sent) services_.journal.warn(i.port(), "error", "", sent.error().what);
}

asio::awaitable<void> Prober::judge_quarantine() {
  auto& i = instance_;
  decide::QuarantineEvidence e;
  e.loading = i.info->loading ? Tri::yes : Tri::no;
  e.role = i.info->role;
  if (!i.info->loading) e.keys = i.info->keys;
  e.promised = i.promised_keys;
  e.promised_with_expiry = i.promised_with_expiry;
  e.recorded_keys = i.record.keys;
  e.forced = i.start_was_forced;
  e.settled = i.record.succeeded;
  e.policy = i.policy.start;
  const auto v = decide::quarantine(e);
  if (v.ruling == Ruling::wait) co_return;
  if (v.ruling == Ruling::refuse) {
    co_await fail_quarantine(v);
    co_return;
  }
  if (auto released = co_await release_quarantine(); !released) {
    answered_oddly("cannot release it from quarantine: " + released.error().what);
    co_return;
  }
  if (!i.info) co_return;  // it has ended meanwhile
  i.record.quarantined = false;
  i.record.succeeded = false;
  i.record.keys = i.info->keys;
  i.record.keys_with_expiry = i.info->keys_with_expiry;
  services_.memory.remember(i.record);
  services_.journal.note(i.port(), "quarantine-released", v, fmt::format("{} ({} keys)", v.because, i.info->keys));
  if (i.intent.in_place) {
    i.intent.in_place = false;
    (void)co_await services_.memory.write(i.port(), i.intent);
  }
  i.changed();
}

asio::awaitable<Result<void>> Prober::release_quarantine() {
  const auto c = *instance_.server;
  auto done =
      co_await act::set_config(*connection_, "repl-diskless-sync-delay", std::to_string(c.repl_diskless_sync_delay));
  if (done) done = co_await act::set_config(*connection_, "repl-diskless-sync", c.repl_diskless_sync ? "yes" : "no");
  // Redis 6.2 does not have it, and was not started with it.
  if (done && c.repl_diskless_sync_max_replicas > 0)
    done = co_await act::set_config(*connection_, "repl-diskless-sync-max-replicas",
                                    std::to_string(c.repl_diskless_sync_max_replicas));
  co_return done;
}

void Prober::judge_health() {
  auto& i = instance_;
  decide::HealthEvidence e;
  e.process_alive = Tri::yes;
  const auto heard = i.answered.value_or(i.started);
  e.since_answer = asking_ ? since(std::max(heard, asked_)) : 0ms;
  if (e.since_answer > e.silence_noticed) e.kernel_state = observe::kernel_state(i.process->pid);
  e.owned_slots = i.recorded && i.record.role == Role::master && i.record.slots.any();
  if (i.succession) e.succession = i.succession->verdict().answer;
  const auto v = decide::health(e);
  const bool silent = e.since_answer > e.silence_noticed;
  if (silent && e.owned_slots && i.cluster_node() && !i.succession && i.answered)
    open_succession(i, services_, false, now());
  if (v.rule != i.health_rule) {
    i.health_rule = v.rule;
    i.health_because = v.because;
    if (v.rule == "healthy")
      services_.journal.note(i.port(), "recovered", v, std::string(v.because));
    else
      services_.journal.warn(i.port(), "slow", v, std::string(v.because));
    i.changed();
  }
  if (v.ruling == Ruling::go && i.succession && !i.succession->may_ask()) close_succession(i);
  if (v.ruling == Ruling::refuse && i.watch) {
    services_.journal.warn(i.port(), "killed", v, std::string(v.because));
    if (auto sent = i.watch->signal(SIGKILL); !sent) services_.journal.warn(i.port(), "error", "", sent.error().what);
  }
}

}  // namespace slotwarden::run
