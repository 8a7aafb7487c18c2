// slotwardend: read the configuration, build the rooms, run until told to stop.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "adapters/journal_record.h"
#include "config/describe.h"
#include "run/config_files.h"
#include "run/daemon.h"

namespace {

using namespace slotwarden;

void set_up_logging(config::LogLevel level) {
  const bool journal = adapters::logs_to_journal();
  auto logger = journal ? spdlog::systemd_logger_mt("slotwardend") : spdlog::stderr_color_mt("slotwardend");
  if (!journal) logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  switch (level) {
    case config::LogLevel::debug: logger->set_level(spdlog::level::debug); break;
    case config::LogLevel::info: logger->set_level(spdlog::level::info); break;
    case config::LogLevel::warning: logger->set_level(spdlog::level::warn); break;
    case config::LogLevel::error: logger->set_level(spdlog::level::err); break;
  }
  spdlog::set_default_logger(std::move(logger));
}

std::string instances(const config::Config& c) {
  const auto n = c.instances.size();
  return std::to_string(n) + (n == 1 ? " instance" : " instances");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Keeps Redis and Valkey Cluster nodes running without ever letting a restart destroy data"};
  run::DaemonOptions options;
  options.version = SLOTWARDEN_VERSION;
  options.config_file = "/etc/slotwarden/slotwarden.toml";
  std::string policies;
  bool check = false;
  bool print = false;
  app.add_option("--config", options.config_file, "The configuration; conf.d/*.toml beside it is read too")
      ->capture_default_str();
  app.add_option("--policies", policies, "Where the policies are, instead of the usual directories");
  app.add_flag("--check-config", check, "Load the configuration as the daemon does, say what is wrong, and exit");
  app.add_flag("--print-config", print, "Print every value in force, and exit");
  app.set_version_flag("--version", std::string("slotwardend ") + SLOTWARDEN_VERSION);
  CLI11_PARSE(app, argc, argv);
  if (!policies.empty()) options.policies_dir = policies;

  auto loaded = run::load_config(options.config_file, options.policies_dir);
  for (const auto& p : loaded.problems) std::cerr << config::describe(p) << '\n';
  if (check) {
    if (loaded.problems.empty())
      std::cout << options.config_file << ": " << instances(loaded.config) << ", no mistakes found\n";
    return loaded.problems.empty() ? 0 : 1;
  }
  if (!loaded.host_sound) return 1;
  if (print) {
    std::cout << config::describe_config(loaded.config);
    return 0;
  }
  set_up_logging(loaded.config.host.log_level);
  std::signal(SIGPIPE, SIG_IGN);
  auto daemon = run::Daemon::build(std::move(options), std::move(loaded));
  if (!daemon) {
    spdlog::error("{}", daemon.error().what);
    return 1;
  }
  (*daemon)->run();
  return 0;
}
