#include "run/doctor.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iterator>
#include <set>

#include "adapters/store.h"
#include "config/load.h"
#include "decide/deadline.h"
#include "decide/host.h"
#include "decide/host_files.h"
#include "observe/host_settings.h"
#include "run/config_files.h"
#include "run/gate.h"
#include "run/host_examiner.h"
#include "run/host_repair.h"
#include "run/take_over.h"

namespace slotwarden::run {

namespace {

using control::Done;
using control::Outcome;

constexpr auto usual_config = "/etc/slotwarden/slotwarden.toml";

}  // namespace

Result<config::Config> configuration(const std::string& given) {
  const std::string file = given.empty() ? usual_config : given;
  std::error_code ignored;
  const bool absent = given.empty() && !std::filesystem::exists(file, ignored);
  auto loaded =
      absent ? config::load({}, read_config_files(file, std::nullopt).policies) : load_config(file, std::nullopt);
  if (loaded.problems.empty()) return std::move(loaded.config);
  return Error{fmt::format("{}", fmt::join(mistakes(loaded.problems), "; "))};
}

std::string usual_file(const observe::RunningServer& r) {
  if (!r.config_file.empty()) return r.config_file;
  const auto port = std::to_string(r.port.n);
  for (const auto* program : {"redis", "valkey"})
    for (const auto& name : {port, "redis-" + port, std::string(program)}) {
      const auto file = fmt::format("/etc/{}/{}.conf", program, name);
      const auto conf =
          ::access(file.c_str(), R_OK) == 0 ? observe::server_conf(file) : Result<formats::ServerConf>(Error{});
      if (conf && (conf->port == r.port || conf->tls_port == r.port)) return file;
    }
  return {};
}

namespace {

// A server that no configuration names: by its own file where that is found, else as one without a password.
std::unique_ptr<Instance> stranger(const asio::any_io_executor& on, const observe::RunningServer& r,
                                   const config::Config& config) {
  config::InstanceConfig c;
  c.port = r.port;
  c.config = usual_file(r);
  auto i = std::make_unique<Instance>(on, c, config.policies.at("storage"));
  if (c.config.empty() || !read_server_file(*i)) {
    i->server.emplace();
    i->server->port = r.port;
    i->conf.config.clear();
  }
  i->server->dir = r.directory;
  return i;
}

// What it evicts it may lose: it is judged as a cache.
void judge_as_what_it_is(ServerSeen& s, const config::Config& config) {
  if (s.managed || s.settings.maxmemory_policy.empty() || s.settings.maxmemory_policy == "noeviction") return;
  const auto& cache = config.policies.at("cache");
  s.policy_name = cache.name;
  s.policy = cache.server;
  s.process = cache.process;
}

struct Looked {
  HostSeen seen;
  std::vector<Finding> findings;
};

// The instances and the event loop of one look.
class Doctor {
 public:
  explicit Doctor(config::Config config) : config_(std::move(config)) {
    for (const auto& r : observe::running_servers()) {
      const auto c = std::ranges::find(config_.instances, r.port, &config::InstanceConfig::port);
      const bool managed = c != config_.instances.end();
      auto i = managed ? std::make_unique<Instance>(loop_.get_executor(), *c, config_.policy_of(*c))
                       : stranger(loop_.get_executor(), r, config_);
      if (managed) (void)read_server_file(*i);
      subjects_.push_back({i.get(), r.pid, managed});
      instances_.push_back(std::move(i));
    }
  }

  Looked look() {
    HostSeen seen = run(examiner_.look(subjects_));
    if (learn_files(seen)) seen = run(examiner_.look(subjects_));
    for (auto& s : seen.servers) judge_as_what_it_is(s, config_);
    auto findings = decide::drift(seen, config_.host_policy);
    std::set<Port> configured;
    for (const auto& c : config_.instances) configured.insert(c.port);
    std::ranges::move(kept_by_nobody(configured, std::chrono::seconds(0)), std::back_inserter(findings));
    return {std::move(seen), std::move(findings)};
  }

  Result<std::string> repair(const Repair& r) {
    if (r.how == Repair::How::server_setting) (void)run(examiner_.look(subjects_));
    return run(carry_out(r, examiner_.connection(r.port)));
  }

 private:
  // A server that its command line tells nothing of names its file itself.
  bool learn_files(const HostSeen& seen) {
    bool learned = false;
    for (std::size_t n = 0; n < subjects_.size(); ++n) {
      auto& i = *subjects_[n].instance;
      const auto& file = seen.servers[n].config_file;
      if (subjects_[n].managed || file.empty() || !i.conf.config.empty() || !observe::server_conf(file)) continue;
      const auto directory = i.server->dir;
      i.conf.config = file;
      learned = true;
      if (read_server_file(i)) i.server->dir = directory;
    }
    return learned;
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> result;
    asio::co_spawn(loop_, std::move(work), [&](const std::exception_ptr& failure, T value) {
      if (failure) std::rethrow_exception(failure);
      result.emplace(std::move(value));
    });
    loop_.restart();
    loop_.run();
    return std::move(*result);
  }

  config::Config config_;
  asio::io_context loop_{1};
  asio::thread_pool scans_{1};
  HostExaminer examiner_{scans_};
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<HostSubject> subjects_;
};

// The state database; made where there is none and this user may make it.
Result<std::unique_ptr<adapters::Store>> book(const config::Config& config) {
  std::error_code failure;
  std::filesystem::create_directories(config.host.state_dir, failure);
  if (failure) return Error{fmt::format("cannot create {}: {}", config.host.state_dir, failure.message())};
  return adapters::Store::open(config.host.state_dir);
}

Result<FoundValues> read_book(adapters::Store& store) {
  const auto text = store.get(found_note);
  if (!text) return text.error();
  return found_values(*text);
}

// Before the first write of a file: what it had. An error says why it could not be remembered.
Result<void> remember(const config::Config& config, const std::string& file) {
  const auto store = book(config);
  if (!store) return store.error();
  auto found = read_book(**store);
  if (!found) return found.error();
  if (found->contains(file)) return {};
  const auto value = observe::setting_value(file);
  if (!value) return value.error();
  found->emplace(file, *value);
  return (*store)->put(found_note, to_text(*found));
}

}  // namespace

Result<control::HostReport> look_at_this_host(const std::string& config_file) {
  auto config = configuration(config_file);
  if (!config) return config.error();
  Doctor doctor(std::move(*config));
  auto looked = doctor.look();
  control::HostReport report;
  report.findings = std::move(looked.findings);
  report.blind = std::move(looked.seen.blind);
  for (const auto& s : looked.seen.servers) report.servers.push_back({s.port, s.pid, s.policy_name, s.managed});
  return report;
}

Result<std::string> repair_this_host(const std::string& config_file, const Repair& repair) {
  auto config = configuration(config_file);
  if (!config) return config.error();
  std::string unremembered;
  if (repair.how == Repair::How::kernel_file)
    if (auto r = remember(*config, repair.target); !r) unremembered = "; not remembered: " + r.error().what;
  Doctor doctor(std::move(*config));
  auto done = doctor.repair(repair);
  if (done) *done += unremembered;
  return done;
}

Result<std::string> print_host_file(const std::string& config_file, const std::string& topic) {
  const auto config = configuration(config_file);
  if (!config) return config.error();
  decide::HostFileNeeds needs;
  const formats::ServerConf defaults;
  needs.nofile = decide::nofile_for(defaults.maxclients, ProcessPolicy{});
  for (const auto& c : config->instances) {
    if (!c.user.empty()) needs.user = c.user;
    const auto conf = observe::server_conf(c.config);
    if (!conf) return conf.error();
    needs.ports.push_back(c.port.n);
    if (conf->cluster_enabled) needs.ports.push_back(conf->bus_port());
    needs.nofile = std::max(needs.nofile, decide::nofile_for(conf->maxclients, config->policy_of(c).process));
  }
  auto text = decide::host_file(topic, config->host_policy, needs);
  if (!text) return Error{"there is no file about " + topic};
  return Result<std::string>(boost::system::in_place_value, std::move(*text));
}

Result<std::vector<Outcome>> restore_this_host(const std::string& config_file, bool restore) {
  const auto config = configuration(config_file);
  if (!config) return config.error();
  const auto store = book(*config);
  if (!store) return store.error();
  if (auto r = (*store)->put(restored_note, restore ? "slotwardenctl, without a daemon" : ""); !r) return r.error();
  if (!restore)
    return std::vector<Outcome>{{Port{}, Done::done, "", "the daemon keeps the settings again once it runs"}};
  const auto found = read_book(**store);
  if (!found) return found.error();
  return put_back(*found);
}

}  // namespace slotwarden::run
