#include "config/policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/policy_options.h"
#include "config/section.h"
#include "config/shipped.h"
#include "config/suggest.h"

namespace slotwarden::config {

namespace {

// "cache" for "/etc/slotwarden/policies/cache.toml".
std::string stem(std::string_view path) {
  if (const auto slash = path.rfind('/'); slash != path.npos) path.remove_prefix(slash + 1);
  if (path.ends_with(".toml")) path.remove_suffix(5);
  return std::string{path};
}

constexpr std::string_view of_the_host = "host";

// Commands take ports, "all" and policy names alike, so the three must not be mistaken for each other.
bool good_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto other = [](char c) { return (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && letter(name[0]) && name != "all" &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || other(c); });
}

struct PolicyFile {
  const SourceFile* source;
  std::optional<Node> root;  // nullopt: not TOML
  std::string inherits;      // as written; empty: not written
  int inherits_line = 1;
  bool sound = true;  // false: what it inherits could not be read
};

// A policy with where its values were written, before it has its place in the configuration.
struct Resolved {
  Policy policy;
  std::map<std::string, Where> set_at;  // by "backoff.budget"
  bool sound = true;
};

class Policies {
 public:
  Policies(const std::vector<SourceFile>& files, std::vector<Problem>& problems) : problems_(problems) {
    for (const auto& [name, policy] : shipped_) layers_[name];
    for (const auto& file : files)
      if (stem(file.path) != of_the_host) add(file);
  }

  [[nodiscard]] std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const auto& [name, files] : layers_) names.push_back(name);
    return names;
  }

  // The policy as its file number `layer` and those it builds on make it.
  const Resolved& resolve(const std::string& name, std::size_t layer = 0) {
    const auto key = std::pair{name, layer};
    if (const auto done = done_.find(key); done != done_.end()) return done->second;
    Resolved r;
    const auto& files = layers_.at(name);
    if (layer == files.size()) {
      if (const auto built_in = shipped_.find(name); built_in != shipped_.end()) r.policy = built_in->second;
    } else {
      open_.insert(key);
      r = base_of(files[layer], name, layer);
      r.policy.name = name;
      read(files[layer], r);
      open_.erase(key);
    }
    return done_[key] = std::move(r);
  }

 private:
  void add(const SourceFile& file) {
    const auto name = stem(file.path);
    if (!good_name(name)) {
      problems_.push_back({file.path, 1,
                           fmt::format("{} cannot name a policy; name the file with lower-case letters, digits, "
                                       "- and _, beginning with a letter, and not all.toml",
                                       in_quotes(name))});
      return;
    }
    PolicyFile p{.source = &file, .root = parse_toml(file, problems_), .inherits = {}};
    if (const Node* inherits = p.root ? p.root->find("inherits") : nullptr) {
      p.inherits_line = inherits->line;
      const Option option{.name = "inherits", .form = Form::text, .doc = "", .required = true};
      if (const auto bad = take(*inherits, option, p.inherits)) {
        problems_.push_back({file.path, inherits->line, "inherits " + *bad});
        p.sound = false;
      }
    }
    layers_[name].push_back(std::move(p));
  }

  Resolved base_of(const PolicyFile& file, const std::string& name, std::size_t layer) {
    const bool own = file.inherits.empty() || file.inherits == name;
    const bool below = layer + 1 < layers_.at(name).size() || shipped_.contains(name);
    if (own && below) return resolve(name, layer + 1);
    if (file.inherits == name)
      return complain(file, fmt::format("this is the only policy named {}, so it cannot inherit from itself; {}",
                                        in_quotes(name), "write inherits = \"storage\""));
    const auto base = own ? std::string{"storage"} : file.inherits;
    const auto known = names();
    if (!layers_.contains(base))
      return complain(
          file, fmt::format("there is no policy {} to inherit from; {}", in_quotes(base), suggestion(base, known)));
    if (open_.contains({base, 0}))
      return complain(file, fmt::format("{} builds on this policy, so this one cannot build on it; {}", in_quotes(base),
                                        "write another policy after inherits"));
    return resolve(base);
  }

  Resolved complain(const PolicyFile& file, std::string what) {
    problems_.push_back({file.source->path, file.inherits_line, std::move(what)});
    return Resolved{.policy = {}, .set_at = {}, .sound = false};
  }

  void read(const PolicyFile& file, Resolved& r) {
    r.sound = r.sound && file.root && file.sound;
    if (!file.root) return;
    const auto before = problems_.size();
    std::map<std::string, Where> own;
    Section section{*file.source, *file.root, "", "", own, problems_};
    section.also_knows("inherits");
    each_policy_option(r.policy, section);
    section.report_unknown_keys();
    for (auto& [key, where] : own) r.set_at[key] = std::move(where);
    if (problems_.size() != before) r.sound = false;
  }

  std::map<std::string, Policy> shipped_ = shipped_policies();
  std::map<std::string, std::vector<PolicyFile>> layers_;  // first overrides
  std::map<std::pair<std::string, std::size_t>, Resolved> done_;
  std::set<std::pair<std::string, std::size_t>> open_;  // being resolved
  std::vector<Problem>& problems_;
};

}  // namespace

std::set<std::string> load_policies(const std::vector<SourceFile>& files, Config& config,
                                    std::vector<Problem>& problems) {
  std::set<std::string> unsound;
  Policies policies{files, problems};
  for (const auto name : policies.names()) {
    const std::string key{name};
    const auto& resolved = policies.resolve(key);
    config.policies[key] = resolved.policy;
    for (const auto& [option, where] : resolved.set_at) config.set_at["policy." + key + "." + option] = where;
    if (!resolved.sound) unsound.insert(key);
  }
  return unsound;
}

void load_host_policy(const std::vector<SourceFile>& files, Config& config, std::vector<Problem>& problems) {
  const auto before = problems.size();
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (stem(file->path) != of_the_host) continue;
    const auto root = parse_toml(*file, problems);
    if (!root) continue;
    std::map<std::string, Where> own;
    Section section{*file, *root, "", "policy.host.", own, problems};
    each_host_policy_option(config.host_policy, section);
    section.report_unknown_keys();
    for (auto& [key, where] : own) config.set_at[key] = std::move(where);
  }
  if (problems.size() != before) config.host_policy.mode = Mode::off;
}

}  // namespace slotwarden::config
