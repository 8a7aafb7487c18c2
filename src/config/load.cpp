#include "config/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "config/check.h"
#include "config/policies.h"
#include "config/section.h"
#include "config/suggest.h"

namespace slotwarden::config {

namespace {

constexpr std::array<std::string_view, 2> sections{"host", "instance"};

// The sections that have an option of this name, which was written outside of any.
std::vector<std::string> homes_of(std::string_view key) {
  std::vector<std::string> homes;
  HostConfig host;
  each_host_option(host, [&](const Option& o, auto&) {
    if (o.name == key) homes.push_back("[host]");
  });
  InstanceConfig instance;
  each_instance_option(instance, [&](const Option& o, auto&) {
    if (o.name == key) homes.push_back("[[instance]]");
  });
  return homes;
}

class Loader {
 public:
  void read(const SourceFile& file) {
    const auto root = parse_toml(file, loaded_.problems);
    if (!root) {
      unsound_.insert("host");
      return;
    }
    for (const auto& child : root->children) {
      if (child.key == "host")
        host(file, child);
      else if (child.key == "instance")
        instances(file, child);
      else
        unknown(file, child);
    }
  }

  Loaded finish(const std::vector<SourceFile>& config_files, const std::vector<SourceFile>& policy_files) && {
    auto& config = loaded_.config;
    if (config.host.log_dir.empty()) config.host.log_dir = config.host.state_dir + "/log";
    for (const auto& name : load_policies(policy_files, config, loaded_.problems)) unsound_.insert("policy." + name);
    load_host_policy(policy_files, config, loaded_.problems);
    for (auto& c : conflicts(config)) {
      loaded_.problems.push_back(std::move(c.problem));
      unsound_.insert(c.about.begin(), c.about.end());
    }
    for (std::size_t i = 0; i < config.instances.size(); ++i) {
      auto& one = config.instances[i];
      one.sound = !unsound_.contains(name_of(i)) && !unsound_.contains("policy." + one.policy);
    }
    loaded_.host_sound = !unsound_.contains("host");
    sort(config_files, policy_files);
    return std::move(loaded_);
  }

 private:
  static std::string name_of(std::size_t instance) { return "instance." + std::to_string(instance); }

  void problem(const SourceFile& file, const Node& at, std::string what, std::string about) {
    loaded_.problems.push_back({file.path, at.line, std::move(what)});
    unsound_.insert(std::move(about));
  }

  void host(const SourceFile& file, const Node& node) {
    if (node.kind == Kind::array)
      return problem(file, node, "there is one host only; write [host] with single brackets", "host");
    if (node.kind != Kind::table)
      return problem(file, node, fmt::format("host is {}; write [host], and its values below", name(node.kind)),
                     "host");
    const auto before = loaded_.problems.size();
    Section section{file, node, "[host]", "host.", loaded_.config.set_at, loaded_.problems};
    each_host_option(loaded_.config.host, section);
    section.report_unknown_keys();
    if (loaded_.problems.size() != before) unsound_.insert("host");
  }

  void instances(const SourceFile& file, const Node& node) {
    if (node.kind == Kind::table)
      return problem(file, node, "write [[instance]] with double brackets: there may be many", "host");
    if (node.kind != Kind::array)
      return problem(file, node,
                     fmt::format("instance is {}; write [[instance]], and its values below", name(node.kind)), "host");
    for (const auto& child : node.children) {
      if (child.kind == Kind::table)
        instance(file, child);
      else
        problem(file, child,
                fmt::format("an instance is {}; write [[instance]], and its values below", name(child.kind)), "host");
    }
  }

  void instance(const SourceFile& file, const Node& node) {
    const auto me = name_of(loaded_.config.instances.size());
    const auto before = loaded_.problems.size();
    InstanceConfig one;
    one.where = {file.path, node.line};
    Section section{file, node, "[[instance]]", me + ".", loaded_.config.set_at, loaded_.problems};
    each_instance_option(one, section);
    section.report_unknown_keys();
    if (loaded_.problems.size() != before) unsound_.insert(me);
    loaded_.config.instances.push_back(std::move(one));
  }

  void unknown(const SourceFile& file, const Node& node) {
    const auto homes = homes_of(node.key);
    const auto advice = homes.empty() ? suggestion(node.key, sections) : "write it below " + homes.front();
    const auto kind = node.kind == Kind::table || node.kind == Kind::array ? "section" : "key";
    problem(file, node, fmt::format("unknown {} {}; {}", kind, in_quotes(node.key), advice), "host");
  }

  void sort(const std::vector<SourceFile>& config_files, const std::vector<SourceFile>& policy_files) {
    std::map<std::string, std::size_t> order;
    for (const auto& file : config_files) order.try_emplace(file.path, order.size());
    for (const auto& file : policy_files) order.try_emplace(file.path, order.size());
    std::ranges::stable_sort(loaded_.problems, {}, [&](const Problem& p) { return std::pair{order[p.path], p.line}; });
  }

  Loaded loaded_;
  std::set<std::string> unsound_;  // "host", "instance.0", "policy.cache"
};

}  // namespace

Loaded load(const std::vector<SourceFile>& config_files, const std::vector<SourceFile>& policy_files) {
  Loader loader;
  for (const auto& file : config_files) loader.read(file);
  return std::move(loader).finish(config_files, policy_files);
}

}  // namespace slotwarden::config
