#include "run/elections.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/cluster.h"
#include "formats/put_off.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 1s;
constexpr auto look_for_left_every = 15s;
constexpr auto look_again = 500ms;  // no event of another server tells that it misses its master no more
constexpr auto setting = "cluster-replica-no-failover";
constexpr auto memory_key = "elections-put-off";

std::vector<adapters::Command> questions() {
  auto all = who_are_you();
  all.push_back({"CONFIG", "GET", setting});
  return all;
}

// A replica's answer, as far as it concerns elections.
struct Answer {
  NodeAnswer node;
  std::string value;  // of the setting
  std::string trouble;
};

asio::awaitable<Answer> ask_node(const Instance& i, Services& s, Endpoint at) {
  Answer a;
  auto what = questions();
  auto how = i.peer_access();
  auto replies = co_await s.peers.ask(std::move(at), std::move(how), std::move(what), patience);
  if (!replies) {
    a.trouble = replies.error().what;
    co_return a;
  }
  a.node = understood(*replies);
  const auto& config = replies->back();
  if (config.items.size() == 2) a.value = config.items[1].text;
  if (!a.node.info || !a.node.view || !a.node.view->myself())
    a.trouble = a.node.trouble.empty() ? "it is loading" : a.node.trouble;
  else if (a.value.empty())
    a.trouble = config.is_error() ? config.text : fmt::format("it does not know {}", setting);
  co_return a;
}

// "10.0.0.2:7001 cannot be told not to stand for election (it is loading)"
std::string cannot_be_told(const Endpoint& e, const std::string& why) {
  return fmt::format("{} cannot be told not to stand for election ({})", describe(adapters::Address{e, {}}), why);
}

std::string address(const Endpoint& e) {
  return describe(adapters::Address{e, {}});
}

bool same(const PutOff& a, const PutOff& b) {
  return a.port == b.port && a.replica == b.replica;
}

decide::PutOffEvidence evidence_of(const Answer& a, const PutOff& p, decide::Restored master) {
  decide::PutOffEvidence e;
  e.master = master;
  e.answered = a.trouble.empty();
  if (!e.answered) return e;
  const auto* me = a.node.view->myself();
  e.same_process = a.node.info->run_id == p.run_id;
  e.still_set = a.value == "yes";
  e.role = me->role;
  e.follows = me->master == p.master;
  const auto* m = a.node.view->find(p.master);
  e.misses_master = m && (m->fail || m->pfail);
  return e;
}

}  // namespace

std::string ShardAsked::in_words() const {
  std::string text;
  if (!able.empty())
    text = fmt::format("{} of its replicas {} told not to stand for election until then", able.size(),
                       able.size() == 1 ? "is" : "are");
  for (const auto& u : unable)
    text += fmt::format("{}{}: if it is elected, nothing is restored", text.empty() ? "" : "; ", u);
  return text;
}

Instance* Elections::instance(Port p) const {
  for (const auto& i : services_.instances)
    if (i->port() == p) return i.get();
  return nullptr;
}

asio::awaitable<ShardAsked> Elections::ask(const Instance& i) {
  ShardAsked asked;
  const auto nodes = i.record.nodes;  // which a probe may change meanwhile
  for (const auto& n : nodes) {
    if (n.master != i.record.node_id || !i.record.node_id.known()) continue;
    const auto a = co_await ask_node(i, services_, n.at);
    if (!a.trouble.empty()) {
      asked.unable.push_back(cannot_be_told(n.at, a.trouble));
      continue;
    }
    const auto* me = a.node.view->myself();
    if (me->role == Role::master && (me->slots & i.record.slots).any()) asked.successor = me->id;
    if (me->role != Role::replica || me->master != i.record.node_id) continue;
    PutOff p{i.port(), i.record.node_id, me->id, n.at, a.node.info->run_id};
    const bool ours = std::ranges::any_of(all_, [&](const PutOff& known) { return same(known, p); });
    if (a.value == "yes" && !ours)
      ++asked.by_themselves;
    else
      asked.able.push_back(std::move(p));
  }
  co_return asked;
}

asio::awaitable<Result<void>> Elections::set(const Instance& i, PutOff p, std::string value) {
  auto how = i.peer_access();
  auto c = co_await services_.peers.borrow(p.at, std::move(how), patience);
  if (!c) co_return c.error();
  std::string name = setting;
  auto done = co_await act::set_config(**c, std::move(name), std::move(value));
  if (done) services_.peers.give_back(p.at, std::move(*c));
  co_return done;
}

asio::awaitable<void> Elections::put_off(const Instance& i, ShardAsked asked) {
  while (at_work_) co_await rested_.wait(look_again);
  for (const auto& p : asked.able) {
    std::erase_if(all_, [&](const PutOff& known) { return same(known, p); });
    all_.push_back(p);
  }
  std::size_t told = 0;
  if (!asked.able.empty()) {
    std::string key = memory_key;
    auto text = formats::put_off_text(all_);
    const auto kept = co_await services_.memory.write(std::move(key), std::move(text));
    for (auto& p : asked.able) {
      auto done = kept;
      std::string yes = "yes";
      if (kept) done = co_await set(i, p, std::move(yes));
      if (done)
        ++told;
      else
        asked.unable.push_back(cannot_be_told(p.at, done.error().what));
    }
  }
  if (told > 0)
    services_.journal.note(
        i.port(), "elections-put-off", "",
        fmt::format("{} of its replicas {} told not to stand for election ({} yes) until it serves again", told,
                    told == 1 ? "is" : "are", setting));
  for (const auto& u : asked.unable)
    services_.journal.warn(i.port(), "elections-put-off", "", u + ": it may be elected meanwhile");
}

decide::Restored Elections::master(const Instance& i) const {
  using decide::Restored;
  if (restoring_.contains(i.port()) || !i.looked_for) return Restored::coming;
  const bool refused =
      i.state == ProcessState::fatal || (i.state == ProcessState::held && i.gate.verdict.ruling == Ruling::refuse);
  if (!i.intent.up || refused) return Restored::gone;
  const bool serves =
      i.state == ProcessState::running && i.info && i.answered && !i.info->loading && !i.record.quarantined;
  return serves ? Restored::serving : Restored::coming;
}

asio::awaitable<void> Elections::drop(PutOff p, std::string told) {
  std::erase_if(all_, [&](const PutOff& known) { return same(known, p); });
  std::string key = memory_key;
  auto text = formats::put_off_text(all_);
  auto kept = co_await services_.memory.write(std::move(key), std::move(text));
  if (!kept) services_.journal.warn(p.port, "error", "", kept.error().what);
  services_.journal.note(p.port, "elections-again", "", std::move(told));
}

asio::awaitable<void> Elections::look_at(PutOff p) {
  const auto* i = instance(p.port);
  if (!i) {
    auto told =
        fmt::format("its replica {} may still have {} yes, and it is not configured here any more: set it to no there",
                    address(p.at), setting);
    co_return co_await drop(std::move(p), std::move(told));
  }
  if (!i->server || restoring_.contains(p.port)) co_return;
  const auto a = co_await ask_node(*i, services_, p.at);
  const auto step = decide::after_restore(evidence_of(a, p, master(*i)));
  if (step == decide::PutOffStep::keep) co_return;
  const auto who = p.replica.brief();
  if (step == decide::PutOffStep::forget) {
    auto told = fmt::format("its replica {} has been restarted, or set back by somebody, meanwhile", who);
    co_return co_await drop(std::move(p), std::move(told));
  }
  std::string no = "no";
  auto done = co_await set(*i, p, std::move(no));
  if (done) {
    auto told = fmt::format("its replica {} may stand for election again", who);
    co_return co_await drop(std::move(p), std::move(told));
  }
  if (told_.insert(who + done.error().what).second)
    services_.journal.warn(
        p.port, "elections-put-off", "",
        fmt::format("its replica {} cannot be set back, and is tried again: {}", who, done.error().what));
}

asio::awaitable<void> Elections::round() {
  at_work_ = true;
  const auto all = all_;
  for (const auto& p : all) {
    if (services_.stopping) break;
    co_await look_at(p);
  }
  at_work_ = false;
  rested_.ring();
}

asio::awaitable<void> Elections::recall() {
  std::string key = memory_key;
  const auto text = co_await services_.memory.get(std::move(key));
  if (!text) {
    services_.journal.warn(Port{}, "error", "", text.error().what);
    co_return;
  }
  auto all = formats::put_off(*text);
  if (!all) {
    services_.journal.warn(Port{}, "error", "",
                           fmt::format("which replicas were kept from elections cannot be read: {}; look for {} yes",
                                       all.error().what, setting));
    co_return;
  }
  // A restore may have begun meanwhile: what it wrote down is newer.
  for (auto& p : *all)
    if (std::ranges::none_of(all_, [&](const PutOff& known) { return same(known, p); })) all_.push_back(std::move(p));
}

asio::awaitable<void> Elections::run() {
  at_work_ = true;  // nothing is written down before what is there was read
  co_await recall();
  at_work_ = false;
  rested_.ring();
  Instant looked{};
  while (!services_.stopping) {
    if (!all_.empty()) co_await round();
    if (since(looked) >= look_for_left_every) {
      looked = now();
      co_await look_for_left();
    }
    co_await bell_.wait(all_.empty() ? std::chrono::milliseconds(look_for_left_every) : look_again);
  }
}

std::vector<control::Fact> Elections::facts_of(const Instance& i) const {
  std::vector<control::Fact> facts;
  const auto n = std::ranges::count(all_, i.port(), &PutOff::port);
  if (n == 0) return facts;
  control::Fact f;
  f.name = "elections put off";
  f.value = fmt::format("{} of its replicas, until it serves again and none of them calls it failed", n);
  f.source = "slotwarden's restore";
  f.age_ms = 0;
  facts.push_back(std::move(f));
  return facts;
}

}  // namespace slotwarden::run
