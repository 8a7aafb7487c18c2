#include "run/restore.h"

#include <fmt/format.h>

#include <algorithm>

#include "decide/compare.h"
#include "decide/kept.h"
#include "observe/kept.h"
#include "run/explain.h"
#include "run/gate.h"
#include "run/kept_copies.h"
#include "run/mend.h"
#include "run/planned.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

using control::Done;
using control::Outcome;

Outcome outcome(const Instance& i, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{i.port(), d, std::string(rule), std::move(text)};
}

struct Candidate {
  observe::KeptFile file;
  Dataset found;
};

Result<Candidate> look_at(const std::string& directory, const std::string& server, const std::string& name,
                          observe::Progress* progress) {
  auto all = observe::kept_copies(directory);
  const auto at = std::ranges::find_if(all, [&](const auto& f) { return f.copy.name == name; });
  if (at == all.end() || at->copy.aof)
    return Error{fmt::format("there is no generation {} in {}/{}; slotwardenctl backups lists those that are there",
                             name, directory, kept_folder),
                 ENOENT};
  auto found = observe::verify(*at, reader_of(server), {.progress = progress}).look.dataset;
  return Candidate{std::move(*at), std::move(found)};
}

// The word of the operator covers an older and a smaller copy, not one that would not load or is another shard's.
Verdict judge(const Instance& i, const Candidate& c) {
  decide::NamedEvidence e;
  e.copy = copy_of(c.found, c.file.noted ? c.file.copy.shard : std::string());
  e.ours = c.file.noted && c.file.copy.node.known() && c.file.copy.node == i.record.node_id;
  if (i.recorded) e.record = recorded_copy(i);
  return decide::accept(e);
}

std::string lost_with(const Instance& i, const Candidate& c) {
  const auto r = decide::compare(copy_of(c.found, shard_of(i)), recorded_copy(i));
  if (r.relation == decide::Relation::same) return "nothing was written since";
  if (r.bytes) return fmt::format("{} bytes of the stream that were written since are lost", *r.bytes);
  if (r.time) return fmt::format("what was written in the {} s since then is lost", r.time->count());
  return "what was written since then is lost";
}

std::string plan_of(const Instance& i, const Candidate& c, const ShardAsked& asked) {
  const auto attached = i.info ? i.info->replicas.size() : 0;
  auto plan = fmt::format(
      "{} holds {} keys, {} now {}: {}. It would be stopped without a hand-over, started with that in place, and its "
      "{} would copy it once its keys were counted; what is there now is kept",
      c.file.copy.name, c.found.keys.value_or(0), i.port().n,
      i.watch ? "holds " + std::to_string(i.record.keys) : "is down", lost_with(i, c),
      attached == 1 ? "replica" : fmt::format("{} replicas", attached));
  if (const auto more = asked.in_words(); !more.empty()) plan += "; " + more;
  return plan;
}

// Until it serves what was restored, or something stands against that.
asio::awaitable<Outcome> served(Instance& i, Services& s, const Candidate& c) {
  Watching watching(i, s.loop);
  for (;;) {
    const bool up =
        i.state == ProcessState::running && i.info && i.answered && !i.info->loading && !i.record.quarantined;
    if (up && i.info->role == Role::master)
      co_return outcome(i, Done::done,
                        fmt::format("{} is restored: it serves {} keys", c.file.copy.name, i.info->keys));
    if (up)
      co_return outcome(i, Done::failed,
                        "another node was elected while it was down, and it follows that one now; the generation is "
                        "still kept: restore the shard on its new master");
    const bool held =
        i.state == ProcessState::fatal || (i.state == ProcessState::held && i.gate.verdict.ruling == Ruling::refuse);
    if (held) co_return outcome(i, Done::refused, told(i.gate.verdict, i.port()), i.gate.verdict.rule);
    if (!i.intent.up) co_return outcome(i, Done::failed, "it was stopped meanwhile");
    co_await watching.wait(200ms);
  }
}

asio::awaitable<Outcome> carry_out(Instance& i, Services& s, const RestoreOptions& o, const Candidate& c) {
  if (i.watch) {
    PlannedOptions stop{.in_place = true, .who = o.who, .reason = "restore: " + o.reason};
    auto stopped = co_await planned_stop(i, s, std::move(stop));
    if (stopped.outcome != Done::done && stopped.outcome != Done::already) co_return stopped;
  }
  auto placed = co_await accepted_data(i, s, o.generation, o.who + ": restore: " + o.reason);
  if (placed.outcome != Done::done) {
    placed.text += fmt::format("; it is down: slotwardenctl start {}", i.port().n);
    co_return placed;
  }
  // From now on this is what the instance is expected to hold, and its place in the stream: nothing is missing from it.
  i.record.replid = c.found.replid;
  i.record.offset = c.found.offset.value_or(Offset{});
  i.record.replid2.clear();
  i.record.second_offset = {};
  if (auto kept = co_await s.memory.write(i.record); !kept) co_return outcome(i, Done::failed, kept.error().what);
  i.intent.up = true;
  i.intent.in_place = i.cluster_node() && i.record.role == Role::master;
  i.intent.who = o.who;
  i.intent.reason = o.reason;
  i.intent.at_unix_ms = unix_ms();
  if (auto kept = co_await s.memory.write(i.port(), i.intent); !kept)
    co_return outcome(i, Done::failed, kept.error().what);
  i.unasked_ends.clear();
  i.backoff = {};
  i.gate = {};
  move(i, decide::LifeEvent::gate_wait);
  i.changed();
  co_return co_await served(i, s, c);
}

}  // namespace

asio::awaitable<Outcome> restore(Instance& i, Services& s, Elections& elections, RestoreOptions o) {
  if (!i.server) co_return outcome(i, Done::failed, i.server_problem);
  if (i.record.role == Role::replica)
    co_return outcome(
        i, Done::failed,
        "it is a replica, and would copy from its master again: restore its master, node " + i.record.master.brief());
  auto look = [directory = i.server->dir, server = i.conf.server, name = o.generation, progress = o.progress] {
    return look_at(directory, server, name, progress.get());
  };
  const auto found = co_await on(s.backups, std::move(look));
  o.progress.reset();
  if (!found) co_return outcome(i, Done::failed, found.error().what);
  const auto v = judge(i, *found);
  if (v.ruling != Ruling::go) co_return outcome(i, Done::refused, std::string(v.because), v.rule);
  auto asked = co_await elections.ask(i);
  if (asked.successor.known())
    co_return outcome(i, Done::failed,
                      fmt::format("its slots belong to node {} now, which was elected in its place: restore the shard "
                                  "there; nothing was touched",
                                  asked.successor.brief()));
  const auto plan = plan_of(i, *found, asked);
  if (o.plan) co_return outcome(i, Done::done, plan);
  if (elections.restoring(i.port())) co_return outcome(i, Done::failed, "another restore of it is under way");
  const Elections::Restoring under_way(elections, i.port());
  s.journal.warn(i.port(), "restore", v.rule, fmt::format("{}; by {}: {}", plan, o.who, o.reason));
  co_await elections.put_off(i, std::move(asked));
  auto done = co_await carry_out(i, s, o, *found);
  if (done.outcome == Done::done)
    s.journal.note(i.port(), "restored", done.rule, done.text);
  else
    s.journal.warn(i.port(), "error", done.rule, "restore: " + done.text);
  co_return done;
}

}  // namespace slotwarden::run
