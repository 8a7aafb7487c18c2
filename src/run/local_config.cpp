#include "run/local_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "control/request.h"
#include "run/config_files.h"

namespace slotwarden::run {

namespace {
constexpr auto usual_config = "/etc/slotwarden/slotwarden.toml";
}

Result<config::Loaded> local_config(const std::string& file) {
  if (file.empty() && ::access(usual_config, F_OK) != 0)
    return Error{
        fmt::format("there is no {}: this command reads the daemon's configuration itself; name it by --config "
                    "FILE",
                    usual_config),
        ENOENT};
  auto loaded = load_config(file.empty() ? usual_config : file, std::nullopt);
  if (!loaded.problems.empty()) return Error{fmt::format("{}", fmt::join(mistakes(loaded.problems), "; "))};
  return loaded;
}

Result<config::InstanceConfig> local_instance(const config::Loaded& loaded, Port port) {
  const auto& all = loaded.config.instances;
  const auto one = std::ranges::find(all, port, &config::InstanceConfig::port);
  if (one == all.end()) return Error{fmt::format("no instance of port {} is configured", port.n)};
  return *one;
}

Result<std::vector<config::InstanceConfig>> local_instances(const config::Loaded& loaded,
                                                            const std::vector<std::string>& targets) {
  std::vector<config::InstanceConfig> found;
  const auto meant = [&](const config::InstanceConfig& i, const std::string& target) {
    const auto port = control::port_target(target);
    return target == "all" || (port ? i.port == *port : i.policy == target);
  };
  for (const auto& t : targets) {
    const auto any = [&](const config::InstanceConfig& i) { return meant(i, t); };
    if (t != "all" && std::ranges::none_of(loaded.config.instances, any))
      return Error{fmt::format("no instance or policy is called {} in this configuration", t)};
  }
  for (const auto& i : loaded.config.instances)
    if (targets.empty() || std::ranges::any_of(targets, [&](const std::string& t) { return meant(i, t); }))
      found.push_back(i);
  return found;
}

}  // namespace slotwarden::run
