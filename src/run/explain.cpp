#include "run/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/compare.h"
#include "run/kept_copies.h"
#include "run/succession_watch.h"

namespace slotwarden::run {

namespace {

using control::Fact;

std::string keys_text(const std::optional<std::uint64_t>& n) {
  return n ? std::to_string(*n) : "unknown";
}

std::int64_t age(Instant then) {
  return since(then).count();
}

class Facts {
 public:
  void add(std::string name, std::string value, std::string source, std::optional<std::int64_t> age_ms) {
    all_.push_back({std::move(name), std::move(value), std::move(source), age_ms});
  }
  std::vector<Fact> take() { return std::move(all_); }

 private:
  std::vector<Fact> all_;
};

void operator_facts(Facts& f, const Instance& i) {
  const auto age_ms = i.intent.at_unix_ms ? std::optional(unix_ms() - i.intent.at_unix_ms) : std::nullopt;
  const auto who = i.intent.who.empty() ? "the default" : i.intent.who;
  f.add("wanted", i.intent.up ? "up" : "down", who, age_ms);
  if (i.intent.held) f.add("held", i.intent.reason.empty() ? "yes" : "yes: " + i.intent.reason, who, age_ms);
  if (i.intent.in_place) f.add("in place", "yes: " + i.intent.reason, who, age_ms);
}

void host_facts(Facts& f, const Instance& i, std::int64_t asked) {
  const auto& e = i.evidence;
  const auto dir = i.directory();
  f.add("server and its configuration usable", i.server_problem.empty() ? "yes" : "no: " + i.server_problem,
        i.conf.config, asked);
  f.add("port free", i.port_holder.empty() ? std::string(name(e.port_free)) : "no: " + i.port_holder, "a bind of it",
        asked);
  f.add("data directory free",
        std::string(name(e.directory_free)) + (i.directory_holder.empty() ? "" : ": " + i.directory_holder), dir,
        asked);
  f.add("data directory writable", std::string(name(e.directory_writable)), dir, asked);
  f.add("disk full", std::string(name(e.disk_full)), dir, asked);
  f.add("children of the dead server", std::string(name(e.orphans)), "/proc", asked);
  if (e.others_loading > 0)
    f.add("other servers loading their data",
          fmt::format("{}; {} keep a replica from starting", e.others_loading,
                      e.loading_at_once ? std::to_string(e.loading_at_once) : "none"),
          "INFO of the other servers of this host", asked);
  f.add("backoff left", fmt::format("{} ms", e.backoff_left.count()),
        fmt::format("{} exits without being asked", i.unasked_ends.size()), asked);
}

void record_facts(Facts& f, const Instance& i, const Stamp& now) {
  const auto& r = i.record;
  if (!i.recorded) {
    f.add("record", "none", "state database", std::nullopt);
    return;
  }
  const auto age_ms = likely_since(r.seen, now).count();
  f.add("recorded role", std::string(name(r.role)), "state database", age_ms);
  f.add("recorded keys", std::to_string(r.keys), "state database", age_ms);
  f.add("recorded slots", r.slots.any() ? describe(r.slots) : "none", "state database", age_ms);
  f.add("recorded replication",
        fmt::format("{} at offset {}", r.replid.empty() ? "none" : r.replid.substr(0, 8), r.offset.n), "state database",
        age_ms);
  if (const auto& l = r.saved; l.at_unix)
    f.add("last load or save seen",
          fmt::format("{}{} keys{}", l.aof ? "append-only file, " : "", l.keys,
                      l.replid.empty() ? "" : fmt::format(" at offset {}", l.offset.n)),
          "INFO persistence", unix_ms() - l.at_unix * 1000);
  for (const auto& k : r.replicas)
    f.add("replica " + (k.id.known() ? k.id.brief() : k.at.host + ":" + std::to_string(k.at.port.n)),
          fmt::format("{}, offset {}", k.online ? "online" : "not attached", k.offset.n), "its master's last INFO",
          age_ms);
}

std::string progress_text(const Reading& r) {
  const auto total = r.progress->total.load();
  return total ? fmt::format(", {} %", std::min<std::uint64_t>(100, r.progress->read.load() * 100 / total))
               : std::string();
}

std::string describe(const Dataset& d) {
  auto text = fmt::format("{}{}{}, {} keys", name(d.state), d.detail.empty() ? "" : ": ", d.detail, keys_text(d.keys));
  if (!d.keys && d.keys_at_most) text += fmt::format(" (at most {})", *d.keys_at_most);
  return d.offset ? text + fmt::format(", offset {}", d.offset->n) : text;
}

void dataset_facts(Facts& f, const Instance& i, std::int64_t asked) {
  f.add("nodes.conf",
        std::string(decide::name(i.evidence.nodes_file)) +
            (i.nodes_file.damage.empty() ? "" : ": " + i.nodes_file.damage),
        i.server ? i.server->nodes_path() : i.conf.config, asked);
  f.add("role by nodes.conf", std::string(name(i.evidence.role_by_file)), "nodes.conf", asked);
  f.add("owns slots", std::string(name(i.evidence.owns_slots)), "nodes.conf", asked);
  if (i.reading) f.add("being read through", i.reading->what + progress_text(*i.reading), "a worker", 0);
  for (const auto& l : i.leftovers)
    f.add("left by a dead writer", fmt::format("{}, {} bytes; it may be deleted", l.path, l.size.n), i.directory(),
          asked);
  if (i.record.aof_pending)
    f.add("append-only file", "to be written anew from the dump, which it is started with", "state database",
          std::nullopt);
  if (!i.looked_at) {
    f.add("dataset", "unknown", "not looked at", std::nullopt);
    return;
  }
  const auto& d = i.looked_at->dataset;
  f.add("dataset", describe(d), d.file.empty() ? i.directory() : d.file, asked);
  if (i.recorded) {
    const auto c = decide::compare(copy_of(d, shard_of(i)), recorded_copy(i));
    const auto by = c.bytes  ? fmt::format(" by {} bytes of the stream", *c.bytes)
                    : c.time ? fmt::format(" by {} s", c.time->count())
                             : std::string();
    f.add("dataset against the record", fmt::format("{}{} ({})", decide::name(c.relation), by, c.rule),
          "state database", asked);
  }
  for (const auto& k : i.copies)
    f.add("kept copy " + k.file.copy.name,
          fmt::format("{}: {}; {}", k.file.copy.aof ? "an append-only file" : describe(k.found), k.verdict.rule,
                      k.failed ? "it could not be put in place" : k.verdict.because),
          k.file.path, asked);
}

void succession_facts(Facts& f, const SuccessionWatch& w) {
  const auto& e = w.evidence();
  f.add("masters that vote",
        fmt::format("{} of {} answer, {} agree on a successor", e.voters_answering, e.voters, e.voters_agreeing),
        "CLUSTER NODES of each", 0);
  for (const auto& [id, h] : w.heard()) {
    const auto seen = h.answered ? std::optional(age(*h.answered)) : std::nullopt;
    std::string value =
        h.info              ? fmt::format("{}, {} keys, offset {}{}", name(h.info->role), h.info->keys,
                                          h.info->replica_offset.value_or(h.info->offset).n, h.info->loading ? ", loading" : "")
        : h.trouble.empty() ? "not heard yet"
                            : h.trouble;
    f.add("node " + id.brief(), std::move(value), fmt::format("INFO of {}:{}", h.at.host, h.at.port.n), seen);
  }
  if (e.since_vote_about_master)
    f.add("last vote about it", fmt::format("{} ms ago", e.since_vote_about_master->count()), "state database", 0);
}

void running_facts(Facts& f, const Instance& i) {
  const auto seen = i.answered ? std::optional(age(*i.answered)) : std::nullopt;
  const auto source = fmt::format("INFO of port {}", i.port().n);
  f.add("process", fmt::format("pid {}{}", i.process->pid.n, i.adopted ? ", adopted" : ""), "pidfd", 0);
  if (i.group_oom) f.add("killed for memory in its scope", std::to_string(i.group_oom->kills), i.group_oom->file, 0);
  if (!i.trouble.empty()) f.add("trouble", i.trouble, source, seen);
  if (!i.info) return;
  f.add("role", std::string(name(i.info->role)), source, seen);
  f.add("keys", std::to_string(i.info->keys), source, seen);
  if (i.info->role == Role::replica) f.add("link to its master", i.info->master_link_up ? "up" : "down", source, seen);
  if (i.cluster) f.add("cluster state", i.cluster->state_ok ? "ok" : "fail", "CLUSTER INFO", seen);
  if (i.record.quarantined) f.add("quarantined", "its replicas wait until its keys are counted", "slotwarden", 0);
}

std::vector<std::string> what_force_may_lose(const Instance& i) {
  std::vector<std::string> lines;
  if (i.watch || !i.recorded || !i.was_slot_owner()) return lines;
  const auto d = i.looked_at ? i.looked_at->dataset : Dataset{};
  const std::string loads = decide::would_not_load(d.state) || d.state == DatasetState::empty
                                ? fmt::format("nothing (its dataset is {})", name(d.state))
                                : fmt::format("{} keys", keys_text(d.keys));
  lines.push_back(fmt::format("the record says {} keys; started now it would load {}", i.record.keys, loads));
  if (i.succession)
    for (const auto& h : i.succession->evidence().heirs)
      lines.push_back(fmt::format(
          "replica {} ({}:{}) {} would be overwritten with what this server loads", h.id.brief(), h.at.host,
          h.at.port.n,
          h.answers == Tri::yes ? fmt::format("holds {} keys and", h.keys) : std::string("does not answer, and")));
  lines.emplace_back(
      "slots that another node has taken over meanwhile stay there: this server then becomes its replica");
  return lines;
}

std::string note_of(const Instance& i) {
  if (i.watch && !i.leaving.empty()) return i.leaving;
  if (i.state == ProcessState::loading && i.info && i.info->loading_total && i.info->loading_total->n)
    return fmt::format("loading {} %", i.info->loading_loaded.value_or(Bytes{}).n * 100 / i.info->loading_total->n);
  if (i.watch && i.health_rule != "healthy") return fmt::format("{}: {}", i.health_rule, i.health_because);
  if (i.watch && i.record.quarantined) return "quarantined: replicas wait until its keys are counted";
  if (i.watch && !i.trouble.empty()) return i.trouble;
  if (i.watch && i.info && i.info->role == Role::replica && !i.info->master_link_up && i.info->master)
    return fmt::format("no link to its master {}:{}", i.info->master->host, i.info->master->port.n);
  if (i.watch) return i.record.aof_pending ? "its append-only file is being written anew" : std::string();
  if (i.reading) return "verifying" + progress_text(*i.reading);
  auto detail = held_detail(i);
  if (i.ended) detail += (detail.empty() ? "" : "; ") + std::string("last: ") + describe(i.ended->status);
  return detail;
}

}  // namespace

std::string held_detail(const Instance& i) {
  const auto rule = i.gate.verdict.rule;
  if (rule == "unusable") return i.server_problem;
  if (rule == "port-taken") return i.port_holder;
  if (rule == "directory-taken" || rule == "directory-unwritable") return i.directory_holder;
  if (rule == "nodes-damaged") return i.nodes_file.damage;
  if ((rule == "bad-dataset" || rule == "empty-dataset" || rule == "shrunken-dataset") && i.looked_at) {
    const auto& d = i.looked_at->dataset;
    return fmt::format("{} is {}{}{}; the record says {} keys", d.file.empty() ? i.directory() : d.file, name(d.state),
                       d.detail.empty() ? "" : ": ", d.detail, i.record.keys);
  }
  return {};
}

std::string release_of(const Verdict& v, Port port) {
  constexpr std::string_view place = "PORT";
  std::string text(v.release);
  for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at))
    text.replace(at, place.size(), std::to_string(port.n));
  return text;
}

std::string told(const Verdict& v, Port port) {
  const auto release = release_of(v, port);
  return std::string(v.because) + (release.empty() ? "" : " What changes it: " + release);
}

control::InstanceStatus status_of(const Instance& i) {
  control::InstanceStatus st;
  st.port = i.port();
  st.state = i.state;
  st.policy = i.conf.policy;
  st.pid = i.watch ? i.process->pid : Pid{};
  st.since_unix_ms = i.state_since_unix_ms;
  st.node_id = i.record.node_id;
  if (i.watch && i.info && !i.info->loading) {
    st.role = i.info->role;
    st.keys = i.info->keys;
  } else if (i.recorded) {
    st.role = i.record.role;
    st.keys = i.record.keys;
  }
  const auto& v = i.gate.verdict;
  if (!i.watch && v.ruling != Ruling::go && !v.rule.empty())
    st.hold = control::Hold{std::string(v.rule), std::string(v.because), release_of(v, i.port())};
  st.note = note_of(i);
  return st;
}

control::Explanation explanation_of(const Instance& i, const Services& s) {
  control::Explanation x;
  x.status = status_of(i);
  Facts f;
  operator_facts(f, i);
  if (!s.host_shutdown.empty()) f.add("a shutdown of the host", s.host_shutdown, "systemd-logind", 0);
  const auto asked = age(i.gate_asked);
  if (i.watch) {
    x.verdict = {Ruling::go, i.health_rule, i.health_because.empty() ? "it runs" : i.health_because, ""};
    running_facts(f, i);
  } else {
    x.verdict = control::explained(i.gate.verdict);
    host_facts(f, i, asked);
    dataset_facts(f, i, asked);
  }
  if (i.ended)
    f.add("its last end", describe(i.ended->status) + (i.ended->asked ? ", as asked" : ", without being asked"),
          "pidfd", age(i.ended->at));
  record_facts(f, i, s.stamp());
  if (i.succession) {
    succession_facts(f, *i.succession);
    x.succession = control::explained(i.succession->verdict().verdict);
  }
  x.verdict.release = release_of(i.gate.verdict, i.port());
  if (i.watch) x.verdict.release.clear();
  if (x.succession) x.succession->release = release_of(i.succession->verdict().verdict, i.port());
  if (!x.verdict.release.empty()) x.would_release.push_back(x.verdict.release);
  if (x.succession && !x.succession->release.empty()) x.would_release.push_back(x.succession->release);
  x.may_lose = what_force_may_lose(i);
  x.facts = f.take();
  return x;
}

}  // namespace slotwarden::run
