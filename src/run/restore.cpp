#include "run/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "decide/compare.h"
#include "run/explain.h"
#include "run/gate.h"
#include "run/install.h"
#include "run/kept_copies.h"
#include "run/mend.h"
#include "run/planned.h"
#include "run/slot_owner.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto longest_doubt = 10s;

using control::Done;
using control::Outcome;

Outcome outcome(const Instance& i, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{i.port(), d, std::string(rule), std::move(text)};
}

// "b7d9730c (10.77.0.2:22223)"
std::string in_words(const Instance& i, const NodeId& node) {
  const auto at = std::ranges::find(i.record.nodes, node, &KnownNode::id);
  if (at == i.record.nodes.end() || at->at.host.empty()) return node.brief();
  return fmt::format("{} ({})", node.brief(), describe(adapters::Address{at->at, {}}));
}

std::string refusal(const JudgedCopy& c) {
  return fmt::format("{} is {}{}{}: {} Nothing was touched", c.note.name, name(c.found.state),
                     c.found.detail.empty() ? "" : ", ", c.found.detail, c.verdict.because);
}

std::string lost_with(const Instance& i, const JudgedCopy& c) {
  const auto r = decide::compare(copy_of(c.found, shard_of(i)), recorded_copy(i));
  if (r.relation == decide::Relation::same) return "nothing was written since";
  const bool later = r.relation == decide::Relation::fresher;
  if (r.bytes)
    return later ? fmt::format("it is {} bytes of the stream ahead of what was last seen there", *r.bytes)
                 : fmt::format("{} bytes of the stream that were written since are lost", *r.bytes);
  if (r.time)
    return later ? fmt::format("it was saved {} s after that was last seen", r.time->count())
                 : fmt::format("what was written in the {} s since then is lost", r.time->count());
  return "what was written since then is lost";
}

std::string replicas_in_words(const Instance& i) {
  const auto attached = i.info ? i.info->replicas.size() : 0;
  const auto known = std::ranges::count(i.record.nodes, i.record.node_id, &KnownNode::master);
  const auto count = i.watch ? attached : static_cast<std::size_t>(known);
  return count == 1 ? "its replica" : count == 0 ? "whoever replicates it" : fmt::format("its {} replicas", count);
}

std::string plan_of(const Instance& i, const JudgedCopy& c, const ShardAsked& asked, const OwnerAsked& owner) {
  auto plan = fmt::format(
      "{} holds {} keys, {} {} {}: {}. It would be {}started with that in place, and {} would copy it once its keys "
      "were counted; what is there now is kept",
      c.note.name, c.found.keys.value_or(0), i.port().n, i.watch ? "now holds" : "is down and was last seen with",
      i.record.keys, lost_with(i, c), i.watch ? "stopped without a hand-over, " : "", replicas_in_words(i));
  if (const auto more = asked.in_words(); !more.empty()) plan += "; " + more;
  if (!owner.majority_answers())
    plan += fmt::format("; only {} of {} masters {} from here: where another is elected, nothing is restored",
                        owner.answering, owner.voters, owner.answering == 1 ? "answers" : "answer");
  if (c.owned < c.sampled)
    plan += fmt::format("; {} of its {} largest keys are of slots that it does not own now: nobody reaches those there",
                        c.sampled - c.owned, c.sampled);
  return plan;
}

Outcome elected_elsewhere(const Instance& i) {
  return outcome(i, Done::failed,
                 "another node was elected while it was down, and it follows that one now; the generation is still "
                 "kept: restore the shard on its new master");
}

// Until it serves what was restored, or something stands against that.
asio::awaitable<Outcome> served(Instance& i, Services& s, const JudgedCopy& c) {
  Watching watching(i, s.loop);
  for (;;) {
    const bool up =
        i.state == ProcessState::running && i.info && i.answered && !i.info->loading && !i.record.quarantined;
    if (up && i.info->role == Role::master)
      co_return outcome(i, Done::done, fmt::format("{} is restored: it serves {} keys", c.note.name, i.info->keys));
    if (up) co_return elected_elsewhere(i);
    const bool held =
        i.state == ProcessState::fatal || (i.state == ProcessState::held && i.gate.verdict.ruling == Ruling::refuse);
    if (held) co_return outcome(i, Done::refused, told(i.gate.verdict, i.port()), i.gate.verdict.rule);
    if (!i.intent.up) co_return outcome(i, Done::failed, "it was stopped meanwhile");
    co_await watching.wait(200ms);
  }
}

// The other masters' word counts, not its own: cut off from them, it knows of no election.
asio::awaitable<Outcome> agreed(Instance& i, Services& s, Outcome served, const JudgedCopy& c) {
  Watching watching(i, s.loop);
  const auto began = now();
  OwnerAsked o;
  while (since(began) < longest_doubt) {
    if (i.info && i.info->role == Role::replica) co_return elected_elsewhere(i);
    o = co_await ask_for_owner(i, s);
    if (o.majority_names_it()) co_return served;
    co_await watching.wait(500ms);
  }
  if (o.other.known()) co_return elected_elsewhere(i);
  co_return outcome(
      i, Done::failed,
      fmt::format("it was started with {} and holds {} keys, but only {} of {} masters {} it as the owner "
                  "of its slots: it may be cut off. Where another is elected it follows that one, and "
                  "nothing is restored: look at slotwardenctl status once they answer",
                  c.note.name, i.record.keys, o.naming_it, o.voters, o.naming_it == 1 ? "names" : "name"));
}

asio::awaitable<Result<void>> want_up(Instance& i, Services& s, const RestoreOptions& o) {
  i.intent.up = true;
  i.intent.in_place = i.cluster_node() && i.record.role == Role::master;
  i.intent.who = o.who;
  i.intent.reason = o.reason;
  i.intent.at_unix_ms = unix_ms();
  if (auto kept = co_await s.memory.write(i.port(), i.intent); !kept) co_return kept;
  i.unasked_ends.clear();
  i.backoff = {};
  i.gate = {};
  move(i, decide::LifeEvent::gate_wait);
  i.changed();
  co_return Result<void>{};
}

// What is in place is what it had: a master saves when it is stopped without a hand-over.
asio::awaitable<Outcome> as_before(Instance& i, Services& s, const RestoreOptions& o, Outcome failure, bool ran) {
  if (i.watch) co_return failure;  // somebody has started it meanwhile
  bool again = false;
  if (ran) {
    const auto wanted = co_await want_up(i, s, o);
    again = wanted.has_value();
  }
  failure.text += again ? "; it is started again with what is in place"
                        : fmt::format("; it is down: slotwardenctl start {}", i.port().n);
  co_return failure;
}

asio::awaitable<Outcome> carry_out(Instance& i, Services& s, const RestoreOptions& o, const JudgedCopy& c) {
  const bool ran = i.watch != nullptr;
  if (ran) {
    PlannedOptions stop{.in_place = true, .who = o.who, .reason = "restore: " + o.reason};
    auto stopped = co_await planned_stop(i, s, std::move(stop));
    if (stopped.outcome != Done::done && stopped.outcome != Done::already) co_return stopped;
  }
  auto placed = co_await accepted_data(i, s, o.generation, o.who + ": restore: " + o.reason);
  if (placed.outcome != Done::done) co_return co_await as_before(i, s, o, std::move(placed), ran);
  // From now on this is what the instance is expected to hold, and its place in the stream: nothing is missing from it.
  i.record.replid = c.found.replid;
  i.record.offset = c.found.offset.value_or(Offset{});
  i.record.replid2.clear();
  i.record.second_offset = {};
  if (auto kept = co_await s.memory.write(i.record); !kept) co_return outcome(i, Done::failed, kept.error().what);
  if (auto wanted = co_await want_up(i, s, o); !wanted) co_return outcome(i, Done::failed, wanted.error().what);
  auto done = co_await served(i, s, c);
  if (done.outcome != Done::done) co_return done;
  co_return co_await agreed(i, s, std::move(done), c);
}

}  // namespace

asio::awaitable<Outcome> restore(Instance& i, Services& s, Elections& elections, RestoreOptions o) {
  if (!i.server) co_return outcome(i, Done::failed, i.server_problem);
  if (i.record.role == Role::replica)
    co_return outcome(i, Done::failed,
                      fmt::format("it is a replica, and would copy from its master again: restore its master, node {}",
                                  in_words(i, i.record.master)));
  if (i.intent.held && i.intent.who != "slotwarden")
    co_return outcome(i, Done::refused,
                      fmt::format("it is held, and would be stopped and not started again: slotwardenctl release {} "
                                  "first; nothing was touched",
                                  i.port().n),
                      "operator-hold");
  if (i.cluster_node() && i.recorded && i.record.slots.none())
    co_return outcome(i, Done::failed,
                      "it owns no slots, and nobody would reach what is restored: restore the master that has them; "
                      "nothing was touched");
  const auto found = co_await judge_named(i, s, o.generation, std::exchange(o.progress, nullptr));
  if (!found && found.error().os_error == ENOENT)
    co_return outcome(i, Done::failed,
                      fmt::format("there is no generation {} in {}/{}; slotwardenctl backups {} lists those that are "
                                  "there",
                                  o.generation, i.server->dir, kept_folder, i.port().n));
  if (!found) co_return outcome(i, Done::failed, found.error().what);
  if (found->verdict.ruling != Ruling::go) co_return outcome(i, Done::refused, refusal(*found), found->verdict.rule);
  auto asked = co_await elections.ask(i);
  const auto owner = co_await ask_for_owner(i, s);
  const auto taken_by = asked.successor.known() ? asked.successor : owner.other;
  if (taken_by.known())
    co_return outcome(i, Done::failed,
                      fmt::format("its slots belong to node {} now: restore the shard there; nothing was touched",
                                  in_words(i, taken_by)));
  const auto plan = plan_of(i, *found, asked, owner);
  if (o.plan) co_return outcome(i, Done::done, plan);
  if (elections.restoring(i.port())) co_return outcome(i, Done::failed, "another restore of it is under way");
  const Elections::Restoring under_way(elections, i.port());
  s.journal.warn(i.port(), "restore", found->verdict.rule, fmt::format("{}; by {}: {}", plan, o.who, o.reason));
  co_await elections.put_off(i, std::move(asked));
  auto done = co_await carry_out(i, s, o, *found);
  if (done.outcome == Done::done)
    s.journal.note(i.port(), "restored", done.rule, done.text);
  else
    s.journal.warn(i.port(), "error", done.rule, "restore: " + done.text);
  co_return done;
}

}  // namespace slotwarden::run
