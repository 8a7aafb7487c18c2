#include "run/save_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/cluster.h"
#include "act/save.h"
#include "run/words.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 2s;
constexpr auto lend_pace = 1s;  // the servers' answers must show what the last step has done

std::vector<adapters::Command> what_is_set() {
  return {{"CONFIG", "GET", "save"}, {"CONFIG", "GET", "auto-aof-rewrite-percentage"}};
}

// The value of a CONFIG GET for one name; nullopt when the server refuses to tell.
std::optional<std::string> value_of(const adapters::Reply& reply) {
  if (reply.items.size() != 2) return std::nullopt;
  return reply.items[1].text;
}

int growth_of(const ServerInfo& info) {
  if (!info.aof_base || !info.aof_size || info.aof_base->n == 0) return 0;
  return static_cast<int>(
      std::min<std::uint64_t>((*info.aof_size - *info.aof_base).n * 100 / info.aof_base->n, 1'000'000));
}

struct AtIt {
  explicit AtIt(SaveState& s) : state(s) { state.controlling = true; }
  ~AtIt() { state.controlling = false; }
  AtIt(const AtIt&) = delete;
  AtIt& operator=(const AtIt&) = delete;
  SaveState& state;
};

std::string taken_over(const TakenSettings& t, const Instance& i) {
  if (t.save.empty() && i.info && i.info->aof_enabled)
    return "it has no save points of its own; its append-only file is rewritten in its turn";
  if (t.save.empty())
    return i.policy.save.even_without_points ? "it has no save points of its own; it is saved in its turn all the same"
                                             : "it has no save points of its own, and its policy leaves it without";
  return fmt::format(
      "its save points \"{}\" are replaced by \"{}\", which takes effect when nobody orders it to save for so long",
      t.save, t.save_to);
}

bool evicts(const ServerInfo& info) {
  return !info.maxmemory_policy.empty() && info.maxmemory_policy != "noeviction";
}

}  // namespace

Instance* SaveSettings::instance(Port p) const {
  for (const auto& i : services_.instances)
    if (i->port() == p) return i.get();
  return nullptr;
}

void SaveSettings::complain(Port p, SaveState& s, const std::string& what) {
  if (s.control_problem == what) return;
  s.control_problem = what;
  services_.journal.warn(p, "save-settings", "", what);
}

asio::awaitable<std::shared_ptr<adapters::RespConnection>> SaveSettings::connection(Instance& i, SaveState& s) {
  if (s.connection && s.connection->open() && s.connection->idle() && s.connected_to == s.of) co_return s.connection;
  const auto to = s.of;
  auto opened = co_await adapters::RespConnection::open(i.address(), i.access.who, patience);
  if (!opened) {
    complain(i.port(), s, "cannot speak to it about its saves: " + opened.error().what);
    co_return nullptr;
  }
  s.connection = std::move(*opened);
  s.connected_to = to;
  co_return s.connection;
}

asio::awaitable<void> SaveSettings::control(Instance& i, SaveState& s, bool able) {
  if (s.controlling) co_return;
  const AtIt at_it(s);
  s.controlled_at = now();
  co_await compare(i, s, able);
}

decide::ControlEvidence SaveSettings::evidence(const Instance& i, const SaveState& s, bool able) {
  decide::ControlEvidence e;
  const auto& policy = i.policy.save;
  e.wanted = policy.schedule && !i.removed && able && !s.released && !s.may_not_order;
  e.taken = s.record.taken;
  e.age = s.age();
  e.longest = s.another_saves ? std::max(policy.longest_interval, policy.others_longest) : policy.longest_interval;
  if (i.info) e.growth_percent = growth_of(*i.info);
  e.growth_allowed = std::max(policy.rewrite_growth_percent, 1);
  return e;
}

// Why slotwarden does not decide although the policy says so; empty where it does.
std::string SaveSettings::not_able(const Instance& i, const SaveState& s, bool able) {
  if (!i.policy.save.schedule || i.removed || s.released) return "";
  if (s.may_not_order) return "it does not let slotwarden save it: its own save points stay in force";
  return able ? "" : "the memory is not known: its own save points stay in force";
}

asio::awaitable<void> SaveSettings::compare(Instance& i, SaveState& s, bool able) {
  auto c = co_await connection(i, s);
  if (!c) co_return;
  auto questions = what_is_set();
  auto replies = co_await c->ask(std::move(questions), patience);
  if (!replies) {
    complain(i.port(), s, "its settings could not be read: " + replies.error().what);
    co_return;
  }
  const auto save = value_of((*replies)[0]);
  const auto rewrite = value_of((*replies)[1]);
  if (!save || !rewrite) {
    complain(i.port(), s, "its save points could not be read; they stay in force: " + (*replies)[0].text);
    co_return;
  }
  auto e = evidence(i, s, able);
  e.save = *save;
  e.rewrite_percentage = *rewrite;
  auto plan = decide::control_saves(e);
  auto done = co_await carry_out(i, s, std::move(plan));
  const auto problem = done ? not_able(i, s, able) : done.error().what;
  if (problem.empty())
    s.control_problem.clear();
  else
    complain(i.port(), s, problem);
  s.own_points = !(s.record.taken ? s.record.taken->save : *save).empty();
}

asio::awaitable<Result<void>> SaveSettings::carry_out(Instance& i, SaveState& s, decide::ControlPlan plan) {
  const bool first = plan.remember && !s.record.taken;
  if (plan.remember) {
    // Before it is written: whatever else is written meanwhile must have it too.
    const auto before = std::exchange(s.record.taken, plan.remember);
    auto record = s.record;
    auto kept = co_await services_.memory.write(std::move(record));
    if (!kept) {
      s.record.taken = before;  // nobody could put it back
      co_return while_doing("its save points stay in force, since they cannot be remembered", kept.error());
    }
  }
  const auto c = s.connection;
  for (auto& setting : plan.set) {
    if (!c || !c->open()) co_return Error{"its save points: the connection was lost"};
    auto set = co_await act::set_config(*c, setting.name, setting.value);
    if (!set) co_return while_doing("its save points cannot be set", set.error());
  }
  if (plan.forget) {
    const auto own = s.record.taken ? s.record.taken->save : "";
    s.record.taken.reset();
    auto record = s.record;
    auto kept = co_await services_.memory.write(std::move(record));
    if (!kept) co_return kept.error();
    services_.journal.note(i.port(), "saves-handed-back", "",
                           fmt::format("it saves by its own save points again: \"{}\"", own));
  }
  if (first) services_.journal.note(i.port(), "saves-taken-over", "", taken_over(*plan.remember, i));
  co_return Result<void>{};
}

std::vector<decide::Yielding> SaveSettings::yielding() const {
  std::vector<decide::Yielding> all;
  for (const auto& i : services_.instances) {
    const auto at = ledger_.all().find(i->port());
    if (at == ledger_.all().end() || !i->watch || !i->info || !i->info->maxmemory || i->info->loading) continue;
    decide::Yielding y{.port = i->port()};
    y.percent = i->removed ? 0 : i->policy.save.yields_percent;
    y.evicts = evicts(*i->info);
    y.used = i->info->used_memory;
    y.maxmemory = *i->info->maxmemory;
    const auto& lent = at->second.record.lent;
    if (lent && lent->run_id == i->info->run_id) y.lent = lent;
    all.push_back(std::move(y));
  }
  return all;
}

Bytes SaveSettings::yieldable() const {
  return decide::yieldable(yielding());
}

bool SaveSettings::lent() const {
  return std::ranges::any_of(ledger_.all(), [](const auto& it) { return it.second.record.lent.has_value(); });
}

asio::awaitable<Result<void>> SaveSettings::set_maxmemory(Instance& i, SaveState& s, decide::YieldStep step) {
  if (!step.gives_back) {
    const auto before = s.record.lent;
    auto& lent = s.record.lent;
    if (!lent || lent->run_id != i.info->run_id) {
      decide::Yielding y{.port = i.port()};
      y.used = i.info->used_memory;
      y.maxmemory = step.from;
      lent = LentMemory{step.from, {}, {}, decide::whole_of(y), i.info->run_id};
    }
    lent->from = step.from;
    lent->to = step.to;
    auto record = s.record;
    auto kept = co_await services_.memory.write(std::move(record));
    if (!kept) {
      s.record.lent = before;
      co_return kept.error();
    }
  }
  auto c = co_await connection(i, s);
  if (!c) co_return Error{"there is no connection to it"};
  auto value = std::to_string(step.to.n);
  std::string setting = "maxmemory";
  auto set = co_await act::set_config(*c, std::move(setting), std::move(value));
  if (!set) co_return set.error();
  if (i.info) i.info->maxmemory = step.to;
  // Evicted keys help nobody until the allocator has given their pages back.
  if (!step.gives_back && c->open()) (void)co_await act::purge_memory(*c);
  co_return Result<void>{};
}

asio::awaitable<void> SaveSettings::step(decide::YieldStep step) {
  auto* i = instance(step.port);
  if (!i || !i->watch || !i->info) co_return;
  auto& s = ledger_.of(step.port);
  s.lent_at = now();
  const bool first = !s.record.lent;
  auto set = co_await set_maxmemory(*i, s, step);
  if (!set) {
    complain(step.port, s, "its maxmemory could not be changed: " + set.error().what);
    co_return;
  }
  if (step.gives_back) {
    s.record.lent.reset();
    auto record = s.record;
    (void)co_await services_.memory.write(std::move(record));
    services_.journal.note(step.port, "memory-returned", "",
                           fmt::format("its maxmemory is {} again", step.to.n ? in_words(step.to) : "unlimited"));
  } else if (first) {
    services_.journal.warn(step.port, "memory-lent", "make-room",
                           fmt::format("its maxmemory is lowered in steps, first to {}, while another server's save is "
                                       "short of memory",
                                       in_words(step.to)));
  }
}

asio::awaitable<void> SaveSettings::lend(Bytes missing) {
  if (lending_) co_return;
  auto able = yielding();
  std::erase_if(able, [&](const decide::Yielding& y) {
    const auto& s = ledger_.of(y.port);
    return since(s.lent_at) < lend_pace;
  });
  const auto steps = decide::yield_steps(able, missing);
  if (steps.empty()) co_return;
  lending_ = true;
  for (const auto& next : steps) co_await step(next);
  lending_ = false;
}

asio::awaitable<void> SaveSettings::give_back() {
  if (lending_) co_return;
  lending_ = true;
  // What a restart of the server, or somebody else, has put right already.
  std::vector<Instance*> all;  // an update may add to them meanwhile
  for (const auto& i : services_.instances) all.push_back(i.get());
  for (auto* i : all) {
    auto& s = ledger_.of(i->port());
    if (!s.record.lent || !i->info || i->info->loading) continue;
    const auto& l = *s.record.lent;
    const bool ours = l.run_id == i->info->run_id && (i->info->maxmemory == l.from || i->info->maxmemory == l.to);
    if (ours && i->info->maxmemory != l.own) continue;
    s.record.lent.reset();
    auto record = s.record;
    (void)co_await services_.memory.write(std::move(record));
  }
  const auto steps = decide::give_back(yielding());
  for (const auto& next : steps) co_await step(next);
  lending_ = false;
}

}  // namespace slotwarden::run
