#include "run/succession_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/cluster.h"
#include "decide/witnesses.h"
#include "run/questions.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {
constexpr auto question_patience = 500ms;
constexpr auto first_round = 100ms;
// Of a large cluster, those whose view is not needed are asked this often whether they live.
constexpr auto distant_refresh = 1000ms;
// On a lossy network the verdict goes to and fro between two rules; each of them is news once in this time.
constexpr auto news_again = 60s;
}  // namespace

SuccessionWatch::SuccessionWatch(Instance& i, Services& s, bool may_ask, Instant death)
    : instance_(i),
      services_(s),
      may_ask_(may_ask),
      death_(death),
      master_(i.record.node_id),
      slots_(i.slots_at_death()),
      epoch_(i.record.config_epoch),
      bell_(s.loop) {
  if (const auto* me = i.nodes_file.view ? i.nodes_file.view->myself() : nullptr) {
    epoch_ = me->config_epoch;
    migrating_ = me->migrating;
  } else {
    migrating_ = i.record.migrating;
  }
  // A node that is importing a slot goes on showing its old owner, whoever took over (clusterUpdateSlotsConfigWith in
  // cluster.c passes such slots over): what it shows of them says nothing about the succession.
  Slots settled_by_votes = slots_;
  for (const auto& open : migrating_) settled_by_votes.reset(open.slot);
  if (settled_by_votes.any()) slots_ = settled_by_votes;
  know_nodes();
  witnesses_ = decide::witnesses(i.record.nodes, master_);
}

void SuccessionWatch::close() {
  closed_ = true;
  bell_.ring();
}

// Everyone that the dead master knew: by its nodes.conf, by our record, and by what the others have answered since.
void SuccessionWatch::know_nodes() {
  const auto know = [&](const NodeId& id, const Endpoint& at) {
    if (id == master_ || !id.known() || at.host.empty() || at.port.n == 0) return;
    heard_[id].at = at;
  };
  for (const auto& n : instance_.record.nodes) know(n.id, n.at);
  if (instance_.nodes_file.view)
    for (const auto& n : instance_.nodes_file.view->nodes)
      if (!n.noaddr && !n.handshake) know(n.id, n.at);
}

std::chrono::milliseconds SuccessionWatch::refresh() const {
  if (force_runs_ || verdict_.verdict.rule == "successor-seen") return 10ms;
  const auto age = since(death_);
  if (age < 2s) return 50ms;
  return age < 60s ? 200ms : 1000ms;
}

// Everybody, on a small cluster, on one that we have no record of, and where too few of the witnesses answer.
bool SuccessionWatch::is_witness(const NodeId& id) const {
  if (heard_.size() <= decide::small_cluster || witnesses_.empty() || witnesses_.contains(id)) return true;
  return since(death_) > first_round && 2 * evidence_.voters_answering <= evidence_.voters;
}

void SuccessionWatch::ask_around() {
  for (auto& [id, h] : heard_) {
    const auto pace = is_witness(id) ? refresh() : distant_refresh;
    if (h.asking || (h.answered && since(*h.answered) < pace)) continue;
    h.asking = true;
    start(services_.loop, "a question to " + id.brief(),
          [](std::shared_ptr<SuccessionWatch> self, NodeId whom) -> asio::awaitable<void> {
            co_await self->ask_node(whom);
          }(shared_from_this(), id));
  }
}

asio::awaitable<void> SuccessionWatch::ask_node(NodeId id) {
  const auto at = heard_[id].at;
  auto question = is_witness(id) ? who_are_you() : do_you_live();
  auto replies = co_await services_.peers.ask(at, instance_.peer_access(), std::move(question), question_patience);
  auto& h = heard_[id];
  h.asking = false;
  h.failed = !replies;
  h.answered = now();
  auto answer = replies ? understood(*replies) : NodeAnswer{{}, {}, replies.error().what};
  h.info = std::move(answer.info);
  h.view = std::move(answer.view);
  h.trouble = std::move(answer.trouble);
  // Another node than the one we look for may have been given the address: then nobody answered.
  if (h.view && h.view->myself() && h.view->myself()->id != id) {
    h.trouble = fmt::format("{}:{} is node {} now", at.host, at.port.n, h.view->myself()->id.brief());
    h.failed = true;
    h.info.reset();
    h.view.reset();
  }
  bell_.ring();
}

bool SuccessionWatch::first_round_over() const {
  if (since(death_) >= first_round && since(instance_.gate_asked) >= first_round) return true;
  return std::ranges::all_of(heard_, [](const auto& entry) { return entry.second.answered.has_value(); });
}

asio::awaitable<void> SuccessionWatch::force(NodeId whom) {
  const auto at = heard_[whom].at;
  force_runs(true);
  auto connection = co_await services_.peers.borrow(at, instance_.peer_access(), question_patience);
  if (!connection) {
    services_.journal.warn(instance_.port(), "error", "",
                           while_doing("asking " + whom.brief(), connection.error()).what);
    force_runs(false);
    co_return;
  }
  asked_ = whom;
  asked_at_ = now();
  lost_when_asked_ = verdict_.lost_bytes;
  clock_ = VoteClock{master_, services_.stamp(), whom, false};
  if (auto kept = co_await services_.memory.write(clock_); !kept)
    services_.journal.warn(instance_.port(), "error", "", kept.error().what);
  services_.journal.note(instance_.port(), "asked", verdict_.verdict,
                         fmt::format("CLUSTER FAILOVER FORCE to {} ({}:{}), {} ms after the death", whom.brief(),
                                     at.host, at.port.n, since(death_).count()));
  auto accepted = co_await act::force_failover(**connection);
  services_.peers.give_back(at, std::move(*connection));
  if (!accepted) {
    services_.journal.warn(instance_.port(), "error", "", while_doing("asking " + whom.brief(), accepted.error()).what);
    force_runs(false);
  }
  bell_.ring();
}

void SuccessionWatch::force_runs(bool runs) {
  if (runs == force_runs_) return;
  force_runs_ = runs;
  services_.forces_running += runs ? 1 : -1;
}

void SuccessionWatch::tell_settled() {
  force_runs(false);
  settled_told_ = true;
  const auto& h = heard_[verdict_.whom];
  std::string lost = "what it lacked is not known";
  // As master it no longer shows how far it had come; what it showed when it was asked counts.
  if (!verdict_.lost_bytes && asked_ == verdict_.whom) verdict_.lost_bytes = lost_when_asked_;
  if (verdict_.lost_bytes && *verdict_.lost_bytes == 0)
    lost = "it lacked nothing of what the last probe saw";
  else if (verdict_.lost_bytes)
    lost = fmt::format("it lacked {} bytes of the replication stream", *verdict_.lost_bytes);
  services_.journal.note(instance_.port(), "succeeded", verdict_.verdict,
                         fmt::format("{} ({}:{}) has the slots, agreed by {} of {} masters {} ms after the death; {}",
                                     verdict_.whom.brief(), h.at.host, h.at.port.n, evidence_.voters_agreeing,
                                     evidence_.voters, since(death_).count(), lost));
  if (!migrating_.empty())
    start(services_.loop, "re-opening slots",
          [](std::shared_ptr<SuccessionWatch> self, NodeId whom) -> asio::awaitable<void> {
            co_await self->reopen_slots(whom);
          }(shared_from_this(), verdict_.whom));
}

// A replica of Redis, and of Valkey before 8.0, does not know which slots its master was migrating: moved keys would
// answer nil there instead of ASK.
asio::awaitable<void> SuccessionWatch::reopen_slots(NodeId successor) {
  const auto slots = migrating_;
  auto c = co_await services_.peers.borrow(heard_[successor].at, instance_.peer_access(), question_patience);
  Result<void> done = c ? Result<void>{} : Result<void>(c.error());
  if (c) done = co_await act::open_migrating(**c, slots);
  if (c) services_.peers.give_back(heard_[successor].at, std::move(*c));
  if (done)
    services_.journal.note(instance_.port(), "slots-reopened", "",
                           fmt::format("{} migrating slots are open again on {}", slots.size(), successor.brief()));
  else
    services_.journal.warn(instance_.port(), "error", "",
                           while_doing("re-opening the migrating slots on " + successor.brief(), done.error()).what +
                               "; moved keys answer nil there until CLUSTER SETSLOT … MIGRATING is repeated");
}

bool SuccessionWatch::is_news(std::string_view rule) {
  const auto [told, first] = told_at_.try_emplace(std::string(rule), now());
  if (!first && since(told->second) < news_again) return false;
  told->second = now();
  return true;
}

void SuccessionWatch::tell() {
  const auto rule = verdict_.verdict.rule;
  if (verdict_.answer == decide::Succession::settled) {
    if (!settled_told_) tell_settled();
  } else if (rule != told_rule_ && rule != "asked" && rule != "best-replica" && rule != "late-replica" &&
             is_news(rule)) {
    services_.journal.note(instance_.port(),
                           verdict_.answer == decide::Succession::impossible ? "impossible" : "succession", rule,
                           std::string(verdict_.verdict.because));
  }
  if (rule != told_rule_) {
    told_rule_ = rule;
    instance_.changed();
  }
}

asio::awaitable<void> SuccessionWatch::run() {
  const auto self = shared_from_this();
  while (!closed_) {
    ask_around();
    if (first_round_over()) {
      gather();
      if (asked_ && evidence_.since_asked > evidence_.policy.force_patience) force_runs(false);
      verdict_ = decide::succession(evidence_);
      tell();
      if (verdict_.answer == decide::Succession::ask && !closed_) co_await force(verdict_.whom);
      if (settled_told_ && asked_ == verdict_.whom && !clock_.won) {
        // The votes were given between the asking and now; the window of the voters begins with the last of them.
        clock_.won = true;
        clock_.asked = services_.stamp();
        (void)co_await services_.memory.write(clock_);
      }
    }
    const bool settled = verdict_.answer == decide::Succession::settled;
    co_await bell_.wait(
        settled ? 1000ms
                : std::min<std::chrono::milliseconds>(verdict_.verdict.ask_again_in.value_or(200ms), refresh()));
  }
  force_runs(false);
}

}  // namespace slotwarden::run
