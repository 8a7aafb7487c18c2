#include "run/rehearsal.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/rehearsal.h"
#include "formats/numbers.h"
#include "formats/scratch_conf.h"
#include "observe/files.h"
#include "run/explain.h"
#include "run/gate.h"
#include "run/generations.h"
#include "run/reading_text.h"
#include "run/save_rotation.h"
#include "run/scratch_server.h"
#include "run/words.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

using control::Done;
using control::Outcome;

// The newest of an instance, read through and held open.
struct Rehearsals::Generation {
  observe::KeptFile file;
  observe::VerifiedCopy read;
  std::string directory;  // of the data
  std::string conf;       // for the server that loads it
  std::string error;      // why there is none
};

namespace {

constexpr auto look_every = 1min;
constexpr auto try_again_after = 10min;
constexpr auto none_to_rehearse = "rehearsal-none";

Outcome outcome(const Instance& i, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{i.port(), d, std::string(rule), std::move(text)};
}

std::string key_of(Port p) {
  return fmt::format("rehearsed:{}", p.n);
}

std::optional<Bytes> size_by_header(const observe::DatasetLook& look) {
  if (!look.contents) return std::nullopt;
  for (const auto& [name, value] : look.contents->aux)
    if (name == "used-mem")
      if (const auto n = formats::whole_number<std::uint64_t>(value)) return Bytes{*n};
  return std::nullopt;
}

std::optional<observe::KeptFile> newest_of(const std::string& directory) {
  std::optional<observe::KeptFile> newest;
  const auto saved = [](const observe::KeptFile& f) { return f.copy.saved_unix.value_or(f.copy.kept_unix_ms / 1000); };
  for (auto& f : observe::kept_copies(directory)) {
    const bool fit = f.noted && f.copy.generation() && !f.copy.aof && f.copy.state == DatasetState::valid;
    if (fit && (!newest || saved(f) >= saved(*newest))) newest = std::move(f);
  }
  return newest;
}

decide::ForkUnderWay promised(Bytes predicted, Bytes used) {
  decide::ForkUnderWay f;
  f.predicted = predicted;
  f.cow = used;
  return f;
}

// What is known of it once it was read; a server adds the rest.
decide::RehearsedEvidence evidence_of(const observe::KeptFile& file, const observe::DatasetLook& look) {
  decide::RehearsedEvidence e;
  e.state = look.dataset.state;
  e.noted_keys = file.copy.keys;
  if (look.contents) e.in_file = look.contents->databases;
  return e;
}

}  // namespace

void Rehearsals::end() {
  if (progress_) progress_->give_up = true;
  bell_.ring();
}

asio::awaitable<void> Rehearsals::recall(Port p) {
  if (!recalled_.insert(p).second) co_return;
  auto key = key_of(p);
  const auto text = co_await services_.memory.get(std::move(key));
  if (!text || text->empty()) co_return;
  const auto j = control::read(*text);
  if (!j) co_return;
  if (auto known = control::rehearsed_from_json(*j)) known_[p] = std::move(*known);
}

// What an earlier daemon was about when it ended.
asio::awaitable<void> Rehearsals::clear(Instance& i) {
  auto where = [config = i.conf.config] {
    const auto conf = observe::server_conf(config);
    return conf ? conf->dir : std::string();
  };
  const auto directory = co_await on(services_.scans, std::move(where));
  if (directory.empty()) co_return;
  auto path = act::scratch_path(directory);
  co_await end_left_scratch(services_, std::move(path));
  auto remove = [directory] { return act::remove_scratch(directory); };
  const auto removed = co_await on(services_.scans, std::move(remove));
  if (!removed) services_.journal.warn(i.port(), "error", "", "what a rehearsal left: " + removed.error().what);
}

asio::awaitable<void> Rehearsals::run() {
  while (!services_.stopping) {
    co_await look_for_work();
    if (services_.stopping) co_return;
    co_await bell_.wait(look_every);
  }
}

asio::awaitable<void> Rehearsals::look_for_work() {
  std::vector<Instance*> all;  // an update may add to them meanwhile
  for (const auto& i : services_.instances) all.push_back(i.get());
  for (auto* i : all) {
    if (services_.stopping) co_return;
    if (busy_) continue;
    if (!recalled_.contains(i->port())) {
      co_await clear(*i);
      co_await recall(i->port());
    }
    std::string who = "its policy";
    if (!busy_ && due(*i)) (void)co_await rehearse_one(*i, std::move(who));
  }
}

bool Rehearsals::due(const Instance& i) const {
  const auto every = i.policy.backup.rehearse_every;
  if (every.count() == 0 || i.removed || !i.server || !i.info || i.info->loading) return false;
  const auto tried = tried_.find(i.port());
  if (tried != tried_.end() && since(tried->second) < try_again_after) return false;
  const auto known = known_.find(i.port());
  if (known == known_.end()) return true;
  const auto& r = known->second;
  const auto last = std::max(r.proven ? r.proven->at_unix_ms : 0, r.failed ? r.failed->at_unix_ms : 0);
  return unix_ms() - last > every.count() || last > unix_ms();
}

decide::RehearsalEvidence Rehearsals::evidence(std::optional<Bytes> predicted) const {
  auto e = saves_.room_beside_saves();
  e.predicted = predicted;
  return e;
}

asio::awaitable<std::vector<Outcome>> Rehearsals::rehearse(std::vector<Instance*> which, std::string who) {
  std::vector<Outcome> all;
  for (auto* i : which) {
    if (services_.stopping) break;
    auto one = co_await rehearse_one(*i, who);
    all.push_back(std::move(one));
  }
  co_return all;
}

asio::awaitable<Outcome> Rehearsals::rehearse_one(Instance& i, std::string who) {
  if (busy_) {
    auto e = evidence(std::nullopt);
    e.another = true;
    const auto v = decide::may_rehearse(e);
    co_return outcome(i, Done::refused, told(v, i.port()), v.rule);
  }
  busy_ = true;
  tried_[i.port()] = now();
  co_await clear(i);
  co_await recall(i.port());
  auto done = co_await attempt(i, std::move(who));
  progress_.reset();
  if (done.rule == none_to_rehearse) tried_.erase(i.port());  // as soon as there is one
  saves_.promise(std::nullopt);
  co_await remember(i);
  co_await clear(i);
  busy_ = false;
  co_return done;
}

asio::awaitable<Outcome> Rehearsals::attempt(Instance& i, std::string who) {
  if (!i.server) co_return outcome(i, Done::failed, i.server_problem);
  progress_ = std::make_shared<observe::Progress>();
  at_ = i.port();
  doing_ = "rehearsal: reading";
  auto read = [port = i.port(), directory = i.server->dir, config = i.conf.config, server = i.conf.server,
               progress = progress_] {
    auto g = std::make_shared<Generation>();
    g->directory = directory;
    auto newest = newest_of(directory);
    if (!newest) {
      g->error = fmt::format("there is no generation to rehearse; slotwardenctl save {} --now makes one", port.n);
      return g;
    }
    const auto own = observe::server_directives(config);
    if (own)
      g->conf = formats::scratch_conf(*own, directory);
    else
      g->error = own.error().what;
    g->file = std::move(*newest);
    g->read = observe::verify(g->file, reader_of(server), {.progress = progress.get()});
    return g;
  };
  auto g = co_await on(services_.backups, std::move(read));
  progress_.reset();
  if (services_.stopping) co_return outcome(i, Done::failed, "the daemon stops");
  if (!g->error.empty()) co_return outcome(i, Done::refused, g->error, none_to_rehearse);
  const auto e = evidence_of(g->file, g->read.look);
  const auto before = decide::rehearsed(e);
  if (before.rule != "rehearsal-not-loaded") {
    auto why = g->read.look.dataset.detail;
    if (why.empty())
      why = fmt::format("{} keys are promised, {} are there", e.noted_keys.value_or(0),
                        g->read.look.dataset.keys.value_or(0));
    Proof none;
    co_return told_of(i, *g, e, std::move(none), why, who);
  }
  std::optional<Bytes> now_used;
  if (i.info) now_used = i.info->used_memory;
  const auto size = decide::rehearsal_size(size_by_header(g->read.look), now_used, i.policy.save.cow_margin_percent);
  const auto room = evidence(size);
  const auto v = decide::may_rehearse(room);
  if (v.ruling != Ruling::go) {
    auto text = told(v, i.port());
    if (size) text += fmt::format(" It would take {}.", in_words(*size));
    co_return outcome(i, Done::refused, std::move(text), v.rule);
  }
  co_return co_await load(i, std::move(g), *size, std::move(who));
}

asio::awaitable<Outcome> Rehearsals::load(Instance& i, std::shared_ptr<Generation> g, Bytes predicted,
                                          std::string who) {
  saves_.promise(promised(predicted, Bytes{}));
  auto make = [g, user = i.conf.user]() -> Result<std::shared_ptr<act::Scratch>> {
    const auto owner = act::owner_of(g->directory, user);
    if (!owner) return owner.error();
    auto made = act::Scratch::make(g->directory, *owner, g->read.file.get(), formats::scratch_dump, g->conf);
    if (!made) return made.error();
    return std::make_shared<act::Scratch>(std::move(*made));
  };
  auto scratch = co_await on(services_.scans, std::move(make));
  if (!scratch) co_return outcome(i, Done::failed, scratch.error().what);
  ScratchOrder order;
  order.server = i.conf.server;
  order.user = i.conf.user;
  order.port = i.port();
  order.progress = progress_ = std::make_shared<observe::Progress>();
  doing_ = "rehearsal: loading";
  order.may_go_on = [this, predicted](Bytes used) {
    saves_.promise(promised(predicted, used));
    return decide::rehearsal_goes_on(evidence(predicted));
  };
  const auto loaded = co_await load_in_scratch(services_, **scratch, std::move(order));
  if (services_.stopping) co_return outcome(i, Done::failed, "the daemon stops");
  if (!loaded.error.empty()) {
    services_.journal.warn(i.port(), "rehearsal-ended", "", loaded.error);
    co_return outcome(i, Done::failed, "nothing is proven either way: " + loaded.error);
  }
  if (loaded.ended) {
    const auto text = told(*loaded.ended, i.port());
    services_.journal.warn(i.port(), "rehearsal-ended", loaded.ended->rule, text);
    co_return outcome(i, Done::refused, text, loaded.ended->rule);
  }
  auto e = evidence_of(g->file, g->read.look);
  e.loaded = loaded.loaded;
  e.loaded_keys = loaded.keys;
  Proof p;
  p.loaded_ms = loaded.took.count();
  p.memory = loaded.memory;
  if (loaded.keys)
    for (const auto& d : *loaded.keys) p.keys += d.keys;
  auto why = loaded.why;
  if (loaded.loaded)
    why = fmt::format("{} keys are in the file, {} were loaded", g->read.look.dataset.keys.value_or(0), p.keys);
  co_return told_of(i, *g, e, std::move(p), why, who);
}

// No coroutine: GCC 12 destroys what is made in one by its members twice.
Outcome Rehearsals::told_of(const Instance& i, const Generation& g, const decide::RehearsedEvidence& e, Proof p,
                            const std::string& why, const std::string& who) {
  const auto v = decide::rehearsed(e);
  const auto& name = g.file.copy.name;
  if (v.ruling == Ruling::wait) return outcome(i, Done::refused, told(v, i.port()), v.rule);
  auto& known = known_[i.port()];
  if (v.ruling != Ruling::go) {
    known.failed = Unproven{name, unix_ms(), std::string(v.rule), why};
    const auto text = fmt::format("{} is not proven: {} {}", name, told(v, i.port()), why);
    services_.journal.warn(i.port(), "not-proven", v.rule, text);
    return outcome(i, Done::failed, text);
  }
  p.generation = name;
  p.sha256 = g.file.copy.sha256;
  p.at_unix_ms = unix_ms();
  const auto text = fmt::format("{} is proven: {} keys, loaded in {} within {}", name, p.keys,
                                in_words(std::chrono::milliseconds(p.loaded_ms)), in_words(p.memory));
  known.proven = std::move(p);
  services_.journal.note(i.port(), "proven", v.rule, text + "; by " + who);
  return outcome(i, Done::done, text);
}

asio::awaitable<void> Rehearsals::remember(Instance& i) {
  const auto known = known_.find(i.port());
  if (known == known_.end()) co_return;
  auto text = control::rehearsed_text(known->second);
  auto key = key_of(i.port());
  const auto kept = co_await services_.memory.write(std::move(key), std::move(text));
  if (!kept)
    services_.journal.warn(i.port(), "error", "",
                           "what was rehearsed is forgotten by the next start: " + kept.error().what);
  i.changed();
}

void Rehearsals::add_to(std::vector<control::PortBackups>& all) const {
  for (auto& b : all) {
    if (const auto known = known_.find(b.port); known != known_.end()) b.rehearsed = known->second;
    if (progress_ && b.port == at_) b.doing = reading_text(doing_, *progress_);
  }
}

std::vector<control::Fact> Rehearsals::facts_of(const Instance& i) const {
  std::vector<control::Fact> all;
  const auto known = known_.find(i.port());
  if (known == known_.end()) return all;
  const auto& r = known->second;
  if (r.proven)
    all.push_back({"last proven copy",
                   fmt::format("{}: {} keys, loaded in {}", r.proven->generation, r.proven->keys,
                               in_words(std::chrono::milliseconds(r.proven->loaded_ms))),
                   "a rehearsal", unix_ms() - r.proven->at_unix_ms});
  if (r.doubtful())
    all.push_back({"not proven", fmt::format("{} by {}: {}", r.failed->generation, r.failed->rule, r.failed->detail),
                   "a rehearsal", unix_ms() - r.failed->at_unix_ms});
  return all;
}

std::vector<Finding> Rehearsals::findings() const {
  std::vector<Finding> all;
  for (const auto& [port, r] : known_) {
    if (!r.doubtful()) continue;
    Finding f;
    f.setting = "backup";
    f.port = port;
    f.expected = "a generation that a server loads";
    f.actual = fmt::format("{} is not proven: {}", r.failed->generation, r.failed->detail);
    f.severity = Severity::danger;
    f.why = "A backup that a server does not load is none, and it is found out on the day when it is needed.";
    f.fix = fmt::format("slotwardenctl save {} --now, then: slotwardenctl rehearse {}", port.n, port.n);
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace slotwarden::run
