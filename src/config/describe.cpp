#include "config/describe.h"

#include <fmt/format.h>

#include "config/policy_options.h"
#include "config/shipped.h"
#include "config/value.h"

namespace slotwarden::config {

namespace {

bool is_unset(const Option& option, const std::string& value) {
  return value.empty() && !option.unset.empty();
}
template <class T>
bool is_unset(const Option&, const T&) {
  return false;
}

// Adds one line per option.
class Lines {
 public:
  Lines(const Config& config, std::string prefix, std::string margin, std::string& out)
      : config_(config), prefix_(std::move(prefix)), margin_(std::move(margin)), out_(out) {}

  template <class T>
  void operator()(const Option& option, const T& value) {
    const auto at = config_.set_at.find(prefix_ + std::string{option.name});
    const auto origin = at == config_.set_at.end() ? std::string{"default"} : quoted_path(describe(at->second));
    if (is_unset(option, value))
      out_ += fmt::format("{}# {}: {}\n", margin_, option.name, option.unset);
    else
      out_ += fmt::format("{}{} = {}  # {}\n", margin_, option.name, print(option, value), origin);
  }

 private:
  // A path may hold anything; a comment must not end early.
  static std::string quoted_path(std::string text) {
    for (char& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return text;
  }

  const Config& config_;
  std::string prefix_;
  std::string margin_;
  std::string& out_;
};

// One row per option: its name, its default or what it is for each policy, and what it means.
class Rows {
 public:
  explicit Rows(std::string& out) : out_(out) {}

  template <class T>
  void operator()(const Option& option, const T& value) {
    out_ += fmt::format("| `{}` | {} | {} |\n", option.name, default_of(option, value), option.doc);
  }

 private:
  template <class T>
  static std::string default_of(const Option& option, const T& value) {
    if (option.required) return "required";
    return is_unset(option, value) ? std::string{option.unset} : "`" + print(option, value) + "`";
  }

  std::string& out_;
};

std::string policy_rows() {
  const auto shipped = shipped_policies();
  std::vector<std::string> of_cache;
  each_policy_option(shipped.at("cache"),
                     [&](const Option& o, const auto& value) { of_cache.push_back(print(o, value)); });
  std::string out;
  auto cache = of_cache.begin();
  each_policy_option(shipped.at("storage"), [&](const Option& o, const auto& value) {
    out += fmt::format("| `{}` | `{}` | `{}` | {} |\n", o.name, print(o, value), *cache++, o.doc);
  });
  return out;
}

}  // namespace

std::string describe_config(const Config& config) {
  std::string out = "[host]\n";
  each_host_option(config.host, Lines{config, "host.", "", out});
  for (std::size_t i = 0; i < config.instances.size(); ++i) {
    out += "\n[[instance]]\n";
    each_instance_option(config.instances[i], Lines{config, fmt::format("instance.{}.", i), "", out});
  }
  for (const auto& [name, policy] : config.policies) {
    out += fmt::format("\n# policy {}\n", name);
    each_policy_option(policy, Lines{config, "policy." + name + ".", "#   ", out});
  }
  out += "\n# policy host\n";
  each_host_policy_option(config.host_policy, Lines{config, "policy.host.", "#   ", out});
  return out;
}

std::string describe_options() {
  const HostConfig host;
  const InstanceConfig instance;
  std::string out = "### [host]\n\n| key | default | meaning |\n|---|---|---|\n";
  each_host_option(host, Rows{out});
  out += "\n### [[instance]]\n\n| key | default | meaning |\n|---|---|---|\n";
  each_instance_option(instance, Rows{out});
  out += "\n### Policy files\n\n| key | storage | cache | meaning |\n|---|---|---|---|\n";
  out += policy_rows();
  out += "\n### host.toml\n\n| key | default | meaning |\n|---|---|---|\n";
  const HostPolicy built_in;
  each_host_policy_option(built_in, Rows{out});
  return out;
}

}  // namespace slotwarden::config
