#include "run/gate.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "config/credentials.h"
#include "decide/compare.h"
#include "formats/rdb.h"
#include "observe/append_only.h"
#include "observe/credentials.h"
#include "observe/dataset.h"
#include "observe/version.h"
#include "run/host_look.h"
#include "run/kept_copies.h"
#include "run/succession_watch.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

std::string dataset_signature(const Instance& i) {
  const auto& conf = *i.server;
  std::string all = i.record.aof_pending ? "dump:" : "";
  all += signature_of(conf.rdb_path()) + signature_of(conf.aof_directory());
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(conf.aof_directory(), ignored))
    all += signature_of(file.path().string());
  return all;
}

// Of two instances with one data directory the one that the configuration names first has it, whoever comes first to
// its lock.
Port elder_in_directory(const Instance& i, const Services& s) {
  for (const auto& other : s.instances) {
    if (other.get() == &i) break;
    if (other->server && !other->removed && other->directory() == i.directory()) return other->port();
  }
  return {};
}

HostQuestion question_of(const Instance& i, const Services& s) {
  HostQuestion q;
  q.port = i.port();
  q.elder_in_directory = elder_in_directory(i, s);
  q.directory = i.directory();
  if (!i.conf.user.empty()) q.user = i.conf.user;
  q.locked = i.lock.has_value();
  if (i.process) q.dead = i.process->pid;
  q.server = i.conf.server;
  if (!i.cluster_node()) return q;
  q.bus_port = Port{i.server->bus_port()};
  q.nodes_path = i.server->nodes_path();
  return q;
}

void take_host(Instance& i, HostLook l, decide::StartEvidence& e) {
  e.port_free = l.port_free;
  e.directory_writable = l.directory_writable;
  e.directory_free = l.directory_free;
  e.disk_full = l.disk_full;
  e.orphans = l.orphans;
  i.port_holder = std::move(l.port_holder);
  i.directory_holder = std::move(l.directory_holder);
  i.leftovers = std::move(l.leftovers);
  if (l.lock) i.lock = std::move(*l.lock);
  if (l.nodes) i.nodes_file = std::move(*l.nodes);
}

void look_at_identity(Instance& i, decide::StartEvidence& e) {
  e.cluster_enabled = i.server->cluster_enabled ? Tri::yes : Tri::no;
  e.recorded = i.recorded && i.record.node_id.known();
  e.role_by_record = i.recorded ? i.record.role : Role::unknown;
  e.recorded_keys = i.recorded ? i.record.keys : 0;
  if (!i.server->cluster_enabled) return;
  if (i.nodes_file.absent)
    e.nodes_file = decide::NodesFile::absent;
  else
    e.nodes_file = i.nodes_file.damage.empty() ? decide::NodesFile::valid : decide::NodesFile::damaged;
  if (!i.nodes_file.view) return;
  const auto* me = i.nodes_file.view->myself();
  e.role_by_file = me->role;
  e.owns_slots = me->role == Role::master && me->slots.any() ? Tri::yes : Tri::no;
  e.same_identity = !e.recorded || me->id == i.record.node_id ? Tri::yes : Tri::no;
}

// What a member of the shard said last is all that it has: it has loaded, it was asked after the death of `dead`, and
// it has read to the end what the dead one had sent. Its answer of a moment before may lack the last writes.
bool tells_all(const Instance& member, const Instance& dead) {
  if (!member.watch || !member.info || member.info->loading) return false;
  const bool since_death = member.answered && dead.down_since && *member.answered > *dead.down_since;
  return since_death && !(member.info->role == Role::replica && member.info->master_link_up);
}

// Of two members of one shard: by their places in the replication stream, or by their keys where those tell nothing.
bool holds_more(const ServerInfo& theirs, const Dataset& mine) {
  const auto c = decide::compare(copy_of(theirs), copy_of(mine, {}));
  switch (c.relation) {
    case decide::Relation::fresher: return true;
    case decide::Relation::same:
    case decide::Relation::staler: return false;
    case decide::Relation::unknown:
    case decide::Relation::unrelated: break;
  }
  return theirs.keys > mine.keys.value_or(0);
}

// The shard's other members, all of this host: none is a master, and none holds more than our dataset.
void look_at_shard(const Instance& i, const Services& s, decide::StartEvidence& e) {
  if (!i.recorded || i.record.nodes.empty() || !i.looked_at) return;
  bool here = true;
  bool best = true;
  const auto& mine = i.looked_at->dataset;
  for (const auto& n : i.record.nodes) {
    if (n.id == i.record.node_id || n.master != i.record.node_id) continue;
    const auto* other = s.local(n.id);
    if (!other) {
      here = false;
      continue;
    }
    if (!tells_all(*other, i)) {
      here = false;
      continue;
    }
    if (other->info->role == Role::master && other->cluster && other->record.slots.any()) here = false;
    if (other->info->keys > 0 && holds_more(*other->info, mine)) best = false;
  }
  e.shard_is_here = here ? Tri::yes : Tri::no;
  e.best_of_shard = best;
}

void take_succession(const Instance& i, decide::StartEvidence& e) {
  if (!i.succession) return;
  const auto& seen = i.succession->evidence();
  const auto& verdict = i.succession->verdict();
  e.succession = verdict.answer;
  e.majority = seen.voters == 0 ? Tri::unknown : seen.voters_answering > seen.voters / 2 ? Tri::yes : Tri::no;
  e.cold_start = verdict.verdict.rule == "cold-start";
  e.lost_majority = verdict.verdict.rule == "lost-majority";
  e.cut_off = verdict.verdict.rule == "cut-off";
  e.replicas_unheard = verdict.verdict.rule == "replicas-unheard";
}

void take_dataset(const Instance& i, const Dataset& d, decide::StartEvidence& e) {
  e.dataset = d.state;
  e.dataset_keys = d.keys ? d.keys : d.keys_at_most;
  if (!i.recorded) return;
  if (const auto at = decide::place_in_stream(copy_of(d, {}), recorded_copy(i)))
    e.older_than_record = *at < i.record.offset ? Tri::yes : Tri::no;
}

// What the operator and the clock say at this moment; anything may have been said while something else was read.
void take_operator(const Instance& i, decide::StartEvidence& e) {
  e.policy = i.policy.start;
  e.wanted_up = i.intent.up && !i.removed;
  e.held = i.intent.held;
  e.forced = i.forced;
  e.in_place = i.intent.in_place;
  e.waited = i.down_since ? since(*i.down_since) : std::chrono::milliseconds{0};
}

// With a dump that stands in for the append-only file the server is started without that one, unless the rewrite was
// completed and only the record does not know: nothing but a rewrite can have named an increment since.
observe::DatasetLook look_as_it_starts(formats::ServerConf conf, const std::string& server, bool aof_pending,
                                       observe::Progress& progress) {
  const auto reader = reader_of(server);
  if (aof_pending && conf.appendonly && !observe::has_increments(conf, reader)) conf.appendonly = false;
  return observe::look_at_dataset(conf, reader, {.progress = &progress});
}

Tri usable(Instance& i) {
  if (!read_server_file(i)) return Tri::no;
  if (::access(i.conf.server.c_str(), X_OK) != 0) {
    i.server_problem = fmt::format("cannot execute {}: {}; install it or correct `server` at {}", i.conf.server,
                                   std::strerror(errno), config::describe(i.conf.where));
    return Tri::no;
  }
  if (!i.cannot_execute.empty() && i.cannot_execute_signature == signature_of(i.conf.server)) {
    i.server_problem = i.cannot_execute;
    return Tri::no;
  }
  return Tri::yes;
}

adapters::TlsFiles tls_of(const formats::ServerConf& c) {
  const bool own = !c.tls_client_certificate.empty();
  return {c.tls_ca_file, c.tls_ca_directory, own ? c.tls_client_certificate : c.tls_certificate,
          own ? c.tls_client_key : c.tls_key};
}

// Whether it has a disk, a processor and the network to itself for a while yet. Where it only waits for its master to
// begin, others need not wait for it for ever.
bool loads(const Instance& i) {
  constexpr auto soon = std::chrono::seconds(10);
  constexpr auto fetches = std::chrono::minutes(1);
  if (!i.watch) return false;
  if (!i.info) return since(i.started) < soon;
  return i.info->loading || (i.info->master_sync_in_progress && since(i.started) < fetches);
}

void look_at_neighbours(const Instance& i, const Services& s, decide::StartEvidence& e) {
  e.loading_at_once = s.replica_starts_at_once;
  e.others_loading = static_cast<int>(std::ranges::count_if(
      s.instances, [&](const auto& other) { return other.get() != &i && !other->removed && loads(*other); }));
}

// What goes on while something else is read.
void take_all(const Instance& i, const Services& s, decide::StartEvidence& e) {
  take_operator(i, e);
  take_succession(i, e);
  look_at_neighbours(i, s, e);
  look_at_shard(i, s, e);
}

}  // namespace

std::string signature_of(const std::string& path) {
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return {};
  return fmt::format("{}:{}:{}:{}:{}.{}", path, s.st_dev, s.st_ino, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

bool read_server_file(Instance& i) {
  auto conf = observe::server_conf(i.conf.config);
  if (!conf) {
    i.server.reset();
    i.server_problem = conf.error().what;
    return false;
  }
  const auto home = std::filesystem::path(i.conf.config).parent_path();
  conf->dir = (home / conf->dir).lexically_normal().string();
  i.server = std::move(*conf);
  i.server_problem.clear();
  if (i.server->port != i.port() && i.server->tls_port != i.port()) {
    i.server_problem =
        fmt::format("{} says port {}{}, slotwarden's configuration says {} at {}; make them agree", i.conf.config,
                    i.server->port.n, i.server->tls_port.n ? fmt::format(" and tls-port {}", i.server->tls_port.n) : "",
                    i.port().n, config::describe(i.conf.where));
    return false;
  }
  if (!i.conf.credentials.empty()) {
    auto text = observe::credentials_file(i.conf.credentials);
    auto secret = text ? config::credentials(*text) : Result<config::Credentials>(text.error());
    if (!secret) {
      i.server_problem = text ? i.conf.credentials + ": " + secret.error().what : text.error().what;
      return false;
    }
    i.access.who = {secret->user, secret->password};
  } else if (!i.server->requirepass.empty()) {
    i.access.who = {"", i.server->requirepass};
  } else {
    i.access.who = {i.server->masteruser, i.server->masterauth};
  }
  if (i.server->tls_port.n) i.access.tls = tls_of(*i.server);
  return true;
}

formats::RdbReader reader_of(const std::string& server) {
  const auto version = observe::server_version(server);
  return {version ? formats::newest_rdb(*version) : 0, version && version->kind == ServerKind::valkey};
}

bool is_looked_at(const Instance& i) {
  return i.looked_at && i.looked_at->signature == dataset_signature(i);
}

asio::awaitable<Dataset> look_at_dataset(Instance& i, Services& s) {
  const auto signature = dataset_signature(i);
  if (i.looked_at && i.looked_at->signature == signature) co_return i.looked_at->dataset;
  auto progress = std::make_shared<observe::Progress>();
  i.reading = Reading{"its dataset", progress};
  auto look = [conf = *i.server, server = i.conf.server, pending = i.record.aof_pending, progress] {
    return look_as_it_starts(conf, server, pending, *progress);
  };
  auto found = co_await on(s.readers, std::move(look));
  i.reading.reset();
  i.looked_at = LookedAt{signature, found.dataset};
  if (i.record.aof_pending && found.dataset.aof) {
    i.record.aof_pending = false;
    s.memory.remember(i.record);
  }
  co_return found.dataset;
}

asio::awaitable<decide::StartEvidence> gather_start(Instance& i, Services& s) {
  decide::StartEvidence e;
  const bool accepting = i.accept && !i.accept->outcome;
  take_operator(i, e);
  e.server_usable = usable(i);
  if (e.server_usable == Tri::no || (!e.wanted_up && !accepting)) co_return e;
  auto look = [q = question_of(i, s), &processes = s.processes] { return look_at_host(q, processes); };
  auto host = co_await on(s.scans, std::move(look));
  take_host(i, std::move(host), e);
  look_at_identity(i, e);
  take_operator(i, e);
  take_succession(i, e);
  if (accepting || !e.wanted_up || (e.held && !e.forced)) co_return e;
  // What is known so far is shown while a large dataset is read through.
  if (!is_looked_at(i)) {
    i.evidence = e;
    i.gate = decide::start(e);
  }
  const auto found = co_await look_at_dataset(i, s);
  take_dataset(i, found, e);
  take_all(i, s, e);
  if (decide::wants_kept_copy(e)) {
    e.kept_copy = co_await look_at_kept(i, s);
    take_all(i, s, e);
  } else {
    i.copies.clear();
  }
  co_return e;
}

}  // namespace slotwarden::run
