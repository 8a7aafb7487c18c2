#include "run/take_over.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "act/files.h"
#include "act/publish.h"
#include "act/unit_files.h"
#include "adapters/units.h"
#include "config/load.h"
#include "decide/take_over.h"
#include "decide/take_over_files.h"
#include "observe/belonging.h"
#include "observe/host_settings.h"
#include "observe/proc.h"
#include "run/config_files.h"
#include "run/doctor.h"
#include "run/take_over_look.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

namespace fs = std::filesystem;

constexpr auto usual_config = "/etc/slotwarden/slotwarden.toml";

std::string main_file(const std::string& given) {
  return given.empty() ? usual_config : fs::absolute(given).lexically_normal().string();
}

std::string file_of(const std::string& config_file, Port port) {
  return (fs::path(main_file(config_file)).parent_path() / "conf.d" / (std::to_string(port.n) + ".toml")).string();
}

bool kept_already(const config::Config& config, const observe::RunningServer& r) {
  const auto file = config.host.state_dir + "/run/" + std::to_string(r.port.n) + ".process";
  const auto remembered = observe::remembered_identity(file);
  const auto found = observe::identity_of(r.pid);
  return remembered && found && *remembered == *found;
}

TakeOverLook look(const TakeOverQuestion& q) {
  asio::io_context loop{1};
  asio::thread_pool blocking{1};
  TakeOverLook found;
  asio::co_spawn(loop, look_to_take_over(q, blocking), [&](const std::exception_ptr& failure, TakeOverLook l) {
    if (failure) std::rethrow_exception(failure);
    found = std::move(l);
  });
  loop.run();
  return found;
}

// What slotwarden's configuration would say with this server in it. The words are its mistakes; empty: none.
std::string mistakes_with(const std::string& config_file, const TakeOver& t) {
  if (::access(t.configuration.c_str(), F_OK) == 0) return t.configuration + " is there already, and does not name it";
  auto files = read_config_files(main_file(config_file), std::nullopt);
  files.config.push_back({t.configuration, t.text});
  return fmt::format("{}", fmt::join(mistakes(config::load(files.config, files.policies).problems), "; "));
}

std::vector<std::string> steps_of(const TakeOver& t) {
  std::vector<std::string> steps;
  if (t.unit) {
    steps.push_back(fmt::format("write /etc/systemd/system/{}.d/{}: the unit does not start while slotwarden keeps it",
                                t.unit->name, decide::lasting_drop_in_name));
    if (!t.unit->runtime_directories.empty())
      steps.push_back(fmt::format("write /etc/tmpfiles.d/slotwarden-{}.conf: what the unit made below /run", t.port.n));
    steps.push_back(fmt::format("write /run/systemd/system/{}.d/{}: the unit neither restarts nor stops it",
                                t.unit->name, decide::drop_in_name));
    steps.emplace_back("have systemd read its units again");
  }
  if (!t.text.empty()) steps.push_back("write " + t.configuration);
  steps.push_back(fmt::format("the daemon takes process {} over as it runs", t.pid.n));
  return steps;
}

TakeOver planned(const std::string& config_file, const config::Config& config, const observe::RunningServer& r,
                 const std::string& policy) {
  TakeOverQuestion q;
  q.port = r.port;
  q.pid = r.pid;
  const auto c = std::ranges::find(config.instances, r.port, &config::InstanceConfig::port);
  q.configured = c != config.instances.end();
  if (q.configured) q.instance = *c;
  if (!q.configured) q.instance.config = usual_file(r);
  q.instance.port = r.port;
  q.state_dir = config.host.state_dir;
  auto l = look(q);
  auto& t = l.found;
  t.configuration = q.configured ? c->where.path : file_of(config_file, r.port);
  t.policy = q.configured ? c->policy : policy.empty() ? "storage" : policy;
  l.evidence.configuration_fits = Tri::yes;
  if (!q.configured) {
    t.text = decide::instance_of(t, t.user != observe::user_name_of(Pid{::getpid()}));
    const auto mistakes = mistakes_with(config_file, t);
    l.evidence.configuration_fits = mistakes.empty() ? Tri::yes : Tri::no;
    if (t.detail.empty()) t.detail = mistakes;
  }
  t.verdict = decide::take_over(l.evidence);
  if (t.verdict.ruling == Ruling::go) t.steps = steps_of(t);
  return std::move(t);
}

Result<void> disarm(const TakeOver& t) {
  using act::Lasts;
  const auto& unit = *t.unit;
  // First what names the port: killed after any step, this one is found again (kept_by_nobody).
  if (auto r = act::write_drop_in(unit.name, Lasts::always, decide::lasting_drop_in_name,
                                  decide::lasting_drop_in(t.port, t.configuration));
      !r)
    return r;
  if (const auto text = decide::directories_of(unit); !text.empty())
    if (auto r = act::write_directories(t.port, text); !r) return r;
  if (auto r =
          act::write_drop_in(unit.name, Lasts::until_reboot, decide::drop_in_name, decide::disarming_drop_in(false));
      !r)
    return r;
  if (auto r = adapters::reload_units(); !r) return r;
  const auto now = adapters::unit(unit.name);
  if (!now) return now.error();
  if (!*now || !disarmed(**now))
    return Error{
        fmt::format("{} could still restart or stop the server: another drop-in of it wins; see systemctl cat {}",
                    unit.name, unit.name)};
  return {};
}

Result<void> arm(const std::string& unit, Port port) {
  using act::Lasts;
  auto first = act::remove_drop_in(unit, Lasts::until_reboot, decide::drop_in_name);
  auto second = act::remove_directories(port);
  auto reloaded = adapters::reload_units();
  // Last what names the port: killed before, the unit is still found.
  auto third = reloaded ? act::remove_drop_in(unit, Lasts::always, decide::lasting_drop_in_name) : Result<void>{};
  if (reloaded) reloaded = adapters::reload_units();
  for (auto* r : {&first, &second, &reloaded, &third})
    if (!*r) return *r;
  return {};
}

Result<void> write_configuration(const TakeOver& t) {
  if (t.text.empty()) return {};
  std::error_code failure;
  fs::create_directories(fs::path(t.configuration).parent_path(), failure);
  if (::access(t.configuration.c_str(), F_OK) == 0) return Error{t.configuration + " is there already"};
  return act::publish(t.configuration, t.text, 0644);
}

// Into the unit's group while the unit is allowed to have it put there, and still without a hand on it.
Result<void> return_process(const GiveBack& g) {
  auto r = act::write_drop_in(g.unit, act::Lasts::until_reboot, decide::drop_in_name, decide::disarming_drop_in(true));
  if (r) r = adapters::reload_units();
  if (r) r = adapters::attach(g.unit, g.pid);
  return r;
}

// The way to have its unit keep it, at a time of the operator's choice.
std::string way_back(const GiveBack& g) {
  return fmt::format("`redis-cli -p {} shutdown && systemctl start {}` gives it to its unit, at the cost of a restart",
                     g.port.n, g.unit);
}

}  // namespace

Result<std::vector<TakeOver>> servers_to_take_over(const std::string& config_file, const std::string& policy) {
  if (::geteuid() != 0) return Error{"only root sees every server, and may take it over"};
  const auto config = configuration(config_file);
  if (!config) return config.error();
  std::vector<TakeOver> all;
  for (const auto& r : observe::running_servers())
    if (!kept_already(*config, r)) all.push_back(planned(config_file, *config, r, policy));
  return all;
}

std::vector<Finding> kept_by_nobody(const std::set<Port>& ours, std::chrono::seconds young) {
  std::vector<decide::HeldDown> held;
  for (const auto& d : act::drop_ins(decide::lasting_drop_in_name))
    if (const auto port = decide::port_of_drop_in(d.text); port.n != 0 && d.age >= young)
      held.push_back({d.unit, port});
  return decide::kept_by_nobody(held, ours);
}

Result<void> make_way(const TakeOver& t) {
  auto done = t.unit ? disarm(t) : Result<void>{};
  if (done) done = write_configuration(t);
  if (done || !t.unit) return done;
  if (auto undone = arm(t.unit->name, t.port); !undone) done.error().what += "; and not undone: " + undone.error().what;
  return done;
}

Result<void> undo_way(const TakeOver& t) {
  auto done = t.unit ? arm(t.unit->name, t.port) : Result<void>{};
  if (t.text.empty()) return done;
  const auto aside = act::set_aside(t.configuration);
  return aside ? done : aside.error();
}

namespace {

// Of a port that slotwarden's configuration does not have, a unit may be held down all the same.
Result<GiveBack> never_taken(Port port) {
  GiveBack g;
  g.port = port;
  for (const auto& d : act::drop_ins(decide::lasting_drop_in_name))
    if (decide::port_of_drop_in(d.text) == port) g.unit = d.unit;
  if (g.unit.empty()) return Error{fmt::format("slotwarden's configuration has no port {}", port.n)};
  decide::GiveBackEvidence e;
  e.configured = Tri::no;
  e.from_unit = true;
  g.verdict = decide::give_back(e);
  g.steps.push_back("take away what slotwarden wrote for " + g.unit);
  return g;
}

}  // namespace

Result<GiveBack> to_give_back(const std::string& config_file, Port port, std::optional<Pid> pid, bool unsupervised) {
  if (::geteuid() != 0) return Error{"only root may give a server back"};
  const auto config = configuration(config_file);
  if (!config) return config.error();
  if (config_file.empty() && ::access(usual_config, F_OK) != 0)
    return Error{fmt::format("there is no {}: name slotwarden's configuration by --config FILE", usual_config)};
  const auto c = std::ranges::find(config->instances, port, &config::InstanceConfig::port);
  if (c == config->instances.end()) return never_taken(port);
  GiveBack g;
  g.port = port;
  g.pid = pid.value_or(Pid{});
  g.configuration = c->where.path;
  decide::GiveBackEvidence e;
  e.configured = Tri::yes;
  const auto beside = std::ranges::count(config->instances, g.configuration,
                                         [](const config::InstanceConfig& i) { return i.where.path; });
  e.configured_apart = beside == 1 && g.configuration != main_file(config_file) ? Tri::yes : Tri::no;
  if (e.configured_apart == Tri::no) g.detail = config::describe(c->where);
  e.keeps = pid ? Tri::yes : Tri::unknown;
  if (pid) e.runs = pid->n != 0 ? Tri::yes : Tri::no;
  e.may_leave_alone = unsupervised;
  for (const auto& d : act::drop_ins(decide::lasting_drop_in_name))
    if (decide::port_of_drop_in(d.text) == port) g.unit = d.unit;
  e.from_unit = !g.unit.empty();
  if (e.from_unit) {
    const auto unit = adapters::unit(g.unit);
    if (!unit) g.detail = unit.error().what;
    if (unit) e.unit_exists = *unit ? Tri::yes : Tri::no;
    if (unit && *unit) e.unit_has_it = (*unit)->active == "active" && (*unit)->main == g.pid ? Tri::yes : Tri::no;
    if (g.detail.empty()) g.detail = g.unit;
  }
  g.verdict = decide::give_back(e);
  if (g.verdict.ruling != Ruling::go) return g;
  g.steps.push_back("move " + g.configuration + " aside");
  g.steps.emplace_back("the daemon lets go of it, and lets it save by its own save points again");
  if (e.from_unit) g.steps.push_back("take away what slotwarden wrote for " + g.unit);
  if (g.verdict.rule == "back-to-its-unit")
    g.steps.push_back(fmt::format("{} has process {} again, as it runs", g.unit, g.pid.n));
  return g;
}

Result<std::string> put_configuration_aside(const GiveBack& g) {
  return act::set_aside(g.configuration);
}

Result<void> put_configuration_back(const GiveBack& g, const std::string& aside) {
  std::error_code failure;
  fs::rename(aside, g.configuration, failure);
  if (failure) return Error{fmt::format("{} is still {}: {}", g.configuration, aside, failure.message())};
  return {};
}

Result<std::string> hand_back(const GiveBack& g) {
  const auto sentence = [](std::string text) {
    return Result<std::string>(boost::system::in_place_value, std::move(text));
  };
  if (g.unit.empty()) return sentence(g.pid.n == 0 ? "let go of" : "let go of; it runs on without a keeper");
  const bool returns = g.verdict.rule == "back-to-its-unit";
  const auto returned = returns ? return_process(g) : Result<void>{};
  if (auto armed = arm(g.unit, g.port); !armed) return armed.error();
  if (!returned)
    return Error{
        fmt::format("{}; process {} runs on without a keeper: {}", returned.error().what, g.pid.n, way_back(g))};
  if (g.verdict.rule == "never-taken") {
    const auto unit = adapters::unit(g.unit);
    if (!unit) return unit.error();
    if (!*unit) return sentence(g.unit + " does not exist any more; nothing holds it down");
    return sentence(
        fmt::format("{} is as it was before, with Restart={}; it is {}", g.unit, (*unit)->restart, (*unit)->active));
  }
  if (g.pid.n == 0) return sentence(fmt::format("let go of; `systemctl start {}` starts it", g.unit));
  if (!returns) return sentence("let go of; it runs on without a keeper. " + way_back(g));
  const auto unit = adapters::unit(g.unit);
  const auto at = observe::belonging_of(g.pid);
  if (!unit || !*unit || !at || (*unit)->main != g.pid || (*unit)->active != "active" || (*unit)->group != at->group)
    return Error{fmt::format("{} was told to have process {} again, and does not show it; see systemctl status {}",
                             g.unit, g.pid.n, g.unit)};
  return sentence(fmt::format("{} has process {} again, with Restart={}", g.unit, g.pid.n, (*unit)->restart));
}

}  // namespace slotwarden::run
