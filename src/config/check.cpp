#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/load.h"
#include "config/suggest.h"
#include "config/text.h"

namespace slotwarden::config {

namespace {

// sizeof(sockaddr_un::sun_path), which ends with a NUL.
constexpr std::size_t socket_path_size = 108;

// Without doubled slashes and "/./", so that two ways to write one file are seen to be one.
std::string plain_path(std::string_view path) {
  std::string plain;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    path = slash == path.npos ? std::string_view{} : path.substr(slash + 1);
    if (!part.empty() && part != ".") (plain += '/') += part;
  }
  return plain;
}

class Checker {
 public:
  explicit Checker(const Config& config) : config_(config) {}

  std::vector<Conflict> all() && {
    host();
    for (std::size_t i = 0; i < config_.instances.size(); ++i) instance(i);
    for (const auto& [name, policy] : config_.policies) this->policy(name, policy);
    return std::move(found_);
  }

 private:
  // Where a value was written; the other place where it was not.
  [[nodiscard]] Where at(const std::string& key, Where otherwise = {}) const {
    const auto where = config_.set_at.find(key);
    return where == config_.set_at.end() ? otherwise : where->second;
  }

  void conflict(Where where, std::string what, std::vector<std::string> about) {
    found_.push_back({{std::move(where.path), where.line, std::move(what)}, std::move(about)});
  }

  void host() {
    const auto size = config_.host.control_socket.size();
    if (size >= socket_path_size)
      conflict(at("host.control_socket"),
               fmt::format("control_socket has {} bytes and the kernel takes at most {}; write a shorter path, such as "
                           "\"/run/slotwarden/control.sock\"",
                           size, socket_path_size - 1),
               {"host"});
    const auto& h = config_.host;
    if (!h.peer_listen.empty() && (h.peer_certificate.empty() || h.peer_authority.empty()))
      conflict(
          at("host.peer_listen"),
          "peer_listen needs peer_certificate and peer_authority: nobody is listened to without knowing who it is; "
          "slotwardenctl cert makes both",
          {"host"});
    if (h.peer_certificate.empty() != h.peer_authority.empty())
      conflict(at(h.peer_certificate.empty() ? "host.peer_authority" : "host.peer_certificate"),
               "peer_certificate and peer_authority are only of use together; write both, or neither", {"host"});
  }

  void instance(std::size_t i) {
    const auto& one = config_.instances[i];
    const auto me = "instance." + std::to_string(i);
    for (std::size_t j = 0; j < i; ++j) {
      const auto& other = config_.instances[j];
      const auto them = "instance." + std::to_string(j);
      if (one.port.n != 0 && one.port == other.port)
        conflict(at(me + ".port", one.where),
                 fmt::format("port {} already belongs to the instance at {}; give one of them another port", one.port.n,
                             describe(at(them + ".port", other.where))),
                 {me, them});
      if (!one.config.empty() && plain_path(one.config) == plain_path(other.config))
        conflict(at(me + ".config", one.where),
                 fmt::format("config {} is already used by the instance at {}; give each instance a file of its own",
                             in_quotes(one.config), describe(at(them + ".config", other.where))),
                 {me, them});
    }
    if (config_.policies.contains(one.policy)) return;
    std::vector<std::string_view> known;
    for (const auto& [name, policy] : config_.policies) known.push_back(name);
    conflict(at(me + ".policy", one.where),
             fmt::format("there is no policy {}; {}", in_quotes(one.policy), suggestion(one.policy, known)), {me});
  }

  void policy(const std::string& name, const Policy& p) {
    const auto me = "policy." + name;
    const auto written = [&](const std::string& first, const std::string& second) {
      return at(me + "." + first, at(me + "." + second));
    };
    if (p.backoff.first_delay > p.backoff.longest_delay)
      conflict(
          written("backoff.first_delay", "backoff.longest_delay"),
          fmt::format("policy {}: backoff.first_delay ({}) is longer than backoff.longest_delay ({}); write a shorter "
                      "first_delay or a longer longest_delay",
                      name, print_duration(p.backoff.first_delay), print_duration(p.backoff.longest_delay)),
          {me});
    if (p.backoff.longest_delay > p.backoff.window)
      conflict(
          written("backoff.window", "backoff.longest_delay"),
          fmt::format("policy {}: backoff.window ({}) is shorter than backoff.longest_delay ({}), so the budget could "
                      "never be spent; write a longer window",
                      name, print_duration(p.backoff.window), print_duration(p.backoff.longest_delay)),
          {me});
    if (p.start.data_may_go && p.start.longest_wait.count() == 0)
      conflict(
          written("start.longest_wait", "start.data_may_go"),
          fmt::format("policy {}: start.longest_wait is 0s, so no succession would ever be waited for; write a longer "
                      "one, such as \"30s\"",
                      name),
          {me});
    if (!p.start.data_may_go && p.start.fewest_keys_percent == 0)
      conflict(
          written("start.fewest_keys_percent", "start.data_may_go"),
          fmt::format("policy {}: start.fewest_keys_percent = 0 lets a nearly empty dataset replace one that may not "
                      "go; write 1 or more, or data_may_go = true",
                      name),
          {me});
  }

  const Config& config_;
  std::vector<Conflict> found_;
};

}  // namespace

std::vector<Conflict> conflicts(const Config& config) {
  return Checker{config}.all();
}

std::vector<Problem> check(const Config& config) {
  std::vector<Problem> problems;
  for (auto& c : conflicts(config)) problems.push_back(std::move(c.problem));
  return problems;
}

}  // namespace slotwarden::config
