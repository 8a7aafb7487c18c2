#include "run/adoption.h"

#include <fmt/format.h>

#include <algorithm>

#include "act/files.h"
#include "act/publish.h"
#include "control/codec.h"
#include "observe/proc.h"
#include "observe/read_file.h"
#include "run/take_over_look.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

using control::Done;
using control::Outcome;

constexpr auto keeper_patience = 20s;

Outcome outcome(Port port, Done d, std::string text, std::string_view rule = {}) {
  return Outcome{port, d, std::string(rule), std::move(text)};
}

Outcome refusal(const TakeOverLook& l, const Verdict& v) {
  auto text = std::string(v.because);
  if (!l.found.detail.empty()) text += " (" + l.found.detail + ")";
  if (!v.release.empty()) text += " What changes it: " + std::string(v.release);
  return outcome(l.found.port, Done::refused, std::move(text), v.rule);
}

Instance* instance_of(const Services& s, Port port) {
  const auto at = std::ranges::find_if(s.instances, [&](const auto& i) { return i->port() == port; });
  return at == s.instances.end() ? nullptr : at->get();
}

// As the child of a start would have left it (adapters/process.h).
Result<void> remember(const ProcessIdentity& p, const std::string& file) {
  const auto stat = observe::read_kernel_file(fmt::format("/proc/{}/stat", p.pid.n));
  if (!stat) return stat.error();
  if (auto written = act::publish(file, p.boot_id + "\n" + *stat, 0600); !written) return written;
  const auto back = observe::remembered_identity(file);
  if (!back) return back.error();
  if (*back != p) return Error{"process " + std::to_string(p.pid.n) + " has ended", ESRCH};
  return {};
}

// What was wanted of an instance that had this port before is no word about the server that runs now.
asio::awaitable<void> want_it_up(Port port, Services& s, std::string who) {
  Intent up;
  up.who = std::move(who);
  up.reason = "adopted";
  up.at_unix_ms = unix_ms();
  if (auto* i = instance_of(s, port)) i->intent = up;
  (void)co_await s.memory.write(port, up);
}

asio::awaitable<Outcome> wait_for_keeper(Port port, Services& s, ProcessIdentity process) {
  auto* i = instance_of(s, port);
  if (!i) co_return outcome(port, Done::failed, "the configuration that names it was not taken up");
  Watching watching(*i, s.loop);
  const auto from = now();
  while (!i->watch && since(from) < keeper_patience) co_await watching.wait(100ms);
  if (!i->watch || i->process != process)
    co_return outcome(port, Done::failed,
                      fmt::format("its keeper did not take it; see: slotwardenctl explain {}", port.n));
  co_return outcome(port, Done::done, fmt::format("pid {} was taken over, it was not touched", process.pid.n));
}

asio::awaitable<Outcome> adopt(Port port, std::string who, Services& s, DaemonHooks& hooks) {
  auto* i = instance_of(s, port);
  if (i && i->watch && !i->removed) co_return outcome(port, Done::already, "slotwarden keeps it");
  auto configured = hooks.configured(port);
  if (!configured) co_return outcome(port, Done::refused, configured.error().what, "configuration");
  TakeOverQuestion q;
  q.port = port;
  q.instance = std::move(*configured);
  q.configured = true;
  q.committing = true;
  auto listener = [port] { return observe::listener_on(port); };
  const auto found = co_await on(s.scans, std::move(listener));
  if (!found) co_return outcome(port, Done::refused, found.error().what, "blind");
  q.pid = *found;
  auto l = co_await look_to_take_over(std::move(q), s.systemd);
  l.evidence.configuration_fits = Tri::yes;
  const auto verdict = decide::take_over(l.evidence);
  if (verdict.ruling != Ruling::go) co_return refusal(l, verdict);
  co_await want_it_up(port, s, who);
  if (auto kept = remember(*l.identity, s.identity_file(port)); !kept)
    co_return outcome(port, Done::failed, kept.error().what);
  s.journal.note(port, "take-over", verdict,
                 fmt::format("pid {}{}, by {}: {}", l.found.pid.n,
                             l.found.keeper_name.empty() ? "" : " from " + l.found.keeper_name, who, verdict.because));
  if (!i || i->removed) {
    hooks.take_up();
  } else {
    i->take_back = true;
    i->changed();
  }
  const auto process = *l.identity;
  auto done = co_await wait_for_keeper(port, s, process);
  co_return done;
}

// The settings that slotwarden changed for a time and that are not its own again yet; empty: none.
std::string borrowed(const Instance& i, const DaemonHooks& hooks) {
  std::string names;
  for (const auto& f : hooks.save_facts(i))
    if (f.name.starts_with("own ")) names += (names.empty() ? "" : ", ") + f.name.substr(4);
  return names;
}

// The error names what it did not get back.
asio::awaitable<Result<void>> put_settings_back(Instance& i, std::string who, Services& s, DaemonHooks& hooks) {
  std::vector<Instance*> which{&i};
  const auto all = co_await hooks.release_saves(std::move(which), std::move(who));
  Watching watching(i, s.loop);
  const auto from = now();
  while (!borrowed(i, hooks).empty() && since(from) < keeper_patience) co_await watching.wait(100ms);
  const auto left = borrowed(i, hooks);
  if (!left.empty()) co_return Error{"it does not have these of its settings back yet: " + left + "; try again"};
  if (!all.empty() && all.front().outcome == Done::failed) co_return Error{all.front().text};
  co_return Result<void>{};
}

// Nothing of the server is touched but its settings, which are as they were before slotwarden.
asio::awaitable<Outcome> give_back(Port port, std::string who, Services& s, DaemonHooks& hooks) {
  auto* i = instance_of(s, port);
  if (!i || i->removed) co_return outcome(port, Done::refused, "slotwarden does not keep it", "configuration");
  if (i->planned) co_return outcome(port, Done::failed, "a planned stop, restart or hand-over of it is under way");
  if (i->watch && i->record.quarantined)
    co_return outcome(port, Done::failed, "its loaded keys are being counted, and its replicas wait; try again");
  const auto compared = hooks.compare();
  if (!compared) co_return outcome(port, Done::failed, compared.error().what);
  const bool only = compared->added.empty() && compared->changed.empty() && compared->removed == std::vector{port};
  if (!only)
    co_return outcome(port, Done::refused,
                      "the configuration's files differ from what runs by more, or by less, than this instance; see: "
                      "slotwardenctl reread",
                      "configuration");
  if (auto own = co_await put_settings_back(*i, who, s, hooks); !own)
    co_return outcome(port, Done::failed, own.error().what);
  if (i->planned) co_return outcome(port, Done::failed, "a planned stop, restart or hand-over of it is under way");
  hooks.take_up();
  const auto pid = i->watch && i->process ? i->process->pid : Pid{};
  if (i->watch)
    if (auto moved = act::set_aside(s.identity_file(port)); !moved)
      s.journal.warn(port, "error", "", moved.error().what);
  i->let_go = true;
  i->watch.reset();
  i->lock.reset();
  i->info.reset();
  // From here on its node is another host's to us: asked over the network, and not known to be down.
  i->record = Record{};
  i->record.port = port;
  i->recorded = false;
  move(*i, decide::LifeEvent::stopped);
  i->changed();
  s.journal.note(port, "given-back", "",
                 fmt::format("{}, by {}", pid.n == 0 ? "it was down" : fmt::format("pid {} runs on", pid.n), who));
  Watching watching(*i, s.loop);
  const auto from = now();
  while (i->kept && since(from) < keeper_patience) co_await watching.wait(100ms);
  if (i->kept) co_return outcome(port, Done::failed, "its keeper did not end");
  co_return outcome(port, Done::done, "let go of");
}

}  // namespace

Result<config::InstanceConfig> configured(const Result<control::RereadReply>& difference, const config::Loaded& fresh,
                                          Port port) {
  if (!difference) return difference.error();
  const bool only = std::ranges::all_of(difference->added, [&](Port p) { return p == port; });
  if (!only || !difference->changed.empty() || !difference->removed.empty())
    return Error{"the configuration's files have other changes; take them up first: slotwardenctl update"};
  const auto c = std::ranges::find(fresh.config.instances, port, &config::InstanceConfig::port);
  if (c == fresh.config.instances.end() || !c->sound)
    return Error{fmt::format("the configuration does not name port {}", port.n)};
  return *c;
}

asio::awaitable<std::string> adoption(control::Request r, std::string who, Services& s, DaemonHooks& hooks) {
  std::vector<Outcome> all;
  for (const auto& target : r.targets) {
    const auto port = control::port_target(target);
    if (!port) co_return control::error("USAGE " + r.command + ": slotwardenctl finds out which; name ports");
    if (r.command == "ADOPT") {
      auto one = co_await adopt(*port, who, s, hooks);
      all.push_back(std::move(one));
    } else {
      auto one = co_await give_back(*port, who, s, hooks);
      all.push_back(std::move(one));
    }
  }
  if (all.empty()) co_return control::error("USAGE " + r.command + ": slotwardenctl shows them by itself; name ports");
  co_return control::document(control::to_json(std::span<const Outcome>(all)));
}

}  // namespace slotwarden::run
