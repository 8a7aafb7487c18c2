// The findings about what a server runs with.
#include <fmt/format.h>

#include "decide/host_findings.h"

namespace slotwarden::decide {

namespace {

class Settings {
 public:
  Settings(const ServerSeen& s, Findings& into) : s_(s), into_(into) {}

  // `name` is the server's; the value is set by CONFIG SET.
  void add(const HostRule& rule, Mode mode, const char* name, std::string expected, std::string actual,
           const std::string& value) const {
    into_.add(rule, mode, std::move(expected), std::move(actual),
              fmt::format("redis-cli -p {} CONFIG SET {} {}", s_.port.n, name,
                          value.find(' ') == value.npos ? value : "\"" + value + "\""),
              Repair{Repair::How::server_setting, name, value, s_.port, s_.pid});
  }
  void at_least(const HostRule& rule, Mode mode, const char* name, std::optional<std::int64_t> value,
                std::int64_t least) const {
    if (value && *value < least)
      add(rule, mode, name, fmt::format("at least {}", least), std::to_string(*value), std::to_string(least));
  }
  void bytes_at_least(const HostRule& rule, const WantedNumber& wanted, const char* name,
                      std::optional<std::int64_t> value) const {
    if (value && *value < wanted.want)
      add(rule, wanted.mode, name, "at least " + text(wanted.want), text(*value), std::to_string(wanted.want));
  }
  void word(const HostRule& rule, const WantedText& wanted, const char* name, const std::string& value) const {
    if (value.empty() || has_word(wanted.want, value)) return;
    const bool one = wanted.want.find(' ') == wanted.want.npos;
    add(rule, wanted.mode, name, one ? wanted.want : "one of: " + wanted.want, value, first_word(wanted.want));
  }

 private:
  static std::string text(std::int64_t n) {
    return text_of(Bytes{static_cast<std::uint64_t>(std::max<std::int64_t>(n, 0))});
  }

  const ServerSeen& s_;
  Findings& into_;
};

void judge_memory(const ServerSeen& s, const ServerPolicy& p, const Settings& judge, Findings& into) {
  if (s.settings.maxmemory && *s.settings.maxmemory == 0)
    into.add(host_rule("server.maxmemory"), p.maxmemory, "a limit", "none (0)",
             fmt::format("redis-cli -p {} CONFIG SET maxmemory BYTES", s.port.n));
  judge.word(host_rule("server.maxmemory-policy"), p.maxmemory_policy, "maxmemory-policy", s.settings.maxmemory_policy);
  judge.word(host_rule("server.oom-score-adj"), p.oom_score_adj, "oom-score-adj", s.settings.oom_score_adj);
}

void judge_replication(const ServerSeen& s, const ServerPolicy& p, const Settings& judge) {
  const auto& have = s.settings;
  judge.bytes_at_least(host_rule("server.repl-backlog-size"), p.repl_backlog_size, "repl-backlog-size",
                       have.repl_backlog_size);
  judge.at_least(host_rule("server.min-replicas-to-write"), p.min_replicas_to_write.mode, "min-replicas-to-write",
                 have.min_replicas_to_write, p.min_replicas_to_write.want);
  const auto least = static_cast<std::uint64_t>(p.replica_output_buffer.want);
  if (!have.replica_buffer || have.replica_buffer->hard == 0 || have.replica_buffer->hard >= least) return;
  const auto soft = std::max(have.replica_buffer->soft, least / 4);
  judge.add(host_rule("server.client-output-buffer-limit"), p.replica_output_buffer.mode, "client-output-buffer-limit",
            "at least " + text_of(Bytes{least}) + " for replicas", text_of(Bytes{have.replica_buffer->hard}),
            fmt::format("slave {} {} {}", least, have.replica_buffer->soft == 0 ? 0 : soft,
                        have.replica_buffer->soft_seconds));
}

void judge_cluster(const ServerSeen& s, const ServerPolicy& p, const Settings& judge) {
  judge.at_least(host_rule("server.cluster-node-timeout"), p.cluster_node_timeout.mode, "cluster-node-timeout",
                 s.settings.cluster_node_timeout_ms, p.cluster_node_timeout.want.count());
  judge.at_least(host_rule("server.cluster-replica-validity-factor"), p.replica_validity_factor.mode,
                 "cluster-replica-validity-factor", s.settings.replica_validity_factor, p.replica_validity_factor.want);
  judge.word(host_rule("server.cluster-require-full-coverage"), p.require_full_coverage,
             "cluster-require-full-coverage", s.settings.require_full_coverage);
}

void judge_persistence(const ServerSeen& s, const ServerPolicy& p, const Settings& judge, Findings& into) {
  if (s.settings.appendonly == Tri::no && s.settings.save && s.settings.save->empty())
    into.add(host_rule("server.persistence"), p.persistence, "appendonly yes, or save points", "neither",
             fmt::format("redis-cli -p {} CONFIG SET save \"3600 1 300 100\"", s.port.n));
  judge.word(host_rule("server.stop-writes-on-bgsave-error"), p.stop_writes_on_bgsave_error,
             "stop-writes-on-bgsave-error", s.settings.stop_writes_on_bgsave_error);
}

void judge_connections(const ServerSeen& s, const ServerPolicy& p, const Settings& judge) {
  const auto alive = s.settings.tcp_keepalive;
  if (alive && (*alive == 0 || *alive > p.tcp_keepalive.want))
    judge.add(host_rule("server.tcp-keepalive"), p.tcp_keepalive.mode, "tcp-keepalive",
              fmt::format("1 to {}", p.tcp_keepalive.want), std::to_string(*alive),
              std::to_string(p.tcp_keepalive.want));
  if (s.settings.timeout && *s.settings.timeout != p.timeout.want)
    judge.add(host_rule("server.timeout"), p.timeout.mode, "timeout", std::to_string(p.timeout.want),
              std::to_string(*s.settings.timeout), std::to_string(p.timeout.want));
}

bool every_address(std::string_view address) {
  return address == "*" || address == "0.0.0.0" || address == "::" || address == "::*";
}

bool local_address(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

// The addresses without the "-" that lets the server start where one is missing. No address at all means every one.
std::vector<std::string> addresses(const std::string& bind) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from < bind.size();) {
    const auto end = std::min(bind.find(' ', from), bind.size());
    auto one = bind.substr(from, end - from);
    if (one.starts_with('-')) one.erase(0, 1);
    if (!one.empty()) all.push_back(std::move(one));
    from = end + 1;
  }
  if (all.empty()) all.emplace_back("*");
  return all;
}

void judge_address(const ServerSeen& s, const ServerPolicy& p, const Settings& judge, Findings& into) {
  if (!s.settings.bind) return;
  const auto bound = addresses(*s.settings.bind);
  if (!std::ranges::all_of(bound, local_address) && s.settings.password == Tri::no &&
      s.settings.protected_mode == Tri::no)
    judge.add(host_rule("server.exposed"), p.exposed, "protected-mode",
              "a password, protected-mode, or local addresses",
              "no password, protected-mode no, bind " + (s.settings.bind->empty() ? "every address" : *s.settings.bind),
              "yes");
  const auto reaches = [](const std::string& a) { return every_address(a) || local_address(a); };
  if (std::ranges::none_of(bound, reaches) && s.settings.unix_socket.value_or("").empty())
    into.add(host_rule("server.loopback"), p.loopback, "127.0.0.1 among its addresses, or a unixsocket",
             *s.settings.bind,
             fmt::format("redis-cli -p {} CONFIG SET bind \"{} 127.0.0.1\"", s.port.n, *s.settings.bind));
}

// Whether the default user may run every dangerous command. An operator who took single ones away, or renamed them, has
// thought about it.
bool unguarded(const ServerSeen& s) {
  bool all = false;
  bool some_taken = s.renames_commands;
  std::string_view rest = s.default_user_commands;
  while (!rest.empty()) {
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word == "+@all" || word == "allcommands" || word == "+@dangerous") all = true;
    if (word == "-@all" || word == "nocommands" || word == "-@dangerous") all = false;
    if (word.starts_with('-') && !word.starts_with("-@")) some_taken = true;
  }
  return all && !some_taken;
}

void judge_file(const ServerSeen& s, const ServerPolicy& p, Findings& into) {
  auto all = s.differences;
  std::erase_if(all, [&](const Difference& d) {
    return s.saves_scheduled && (d.name == "save" || d.name == "auto-aof-rewrite-percentage");
  });
  if (s.maxclients_by_file && s.settings.maxclients && *s.settings.maxclients > *s.maxclients_by_file)
    all.push_back({"maxclients", std::to_string(*s.maxclients_by_file), std::to_string(*s.settings.maxclients)});
  for (const auto& d : all)
    into.add(host_rule("server.file-differs"), p.file_differs,
             fmt::format("{} \"{}\", as its file says", d.name, d.in_file), fmt::format("\"{}\"", d.running),
             fmt::format("redis-cli -p {} CONFIG SET {} \"{}\"   # or write the running value into the file", s.port.n,
                         d.name, d.in_file));
}

}  // namespace

void judge_settings(const ServerSeen& s, Findings& into) {
  const auto& p = s.policy;
  const Settings judge(s, into);
  judge_memory(s, p, judge, into);
  judge_replication(s, p, judge);
  judge_cluster(s, p, judge);
  judge_persistence(s, p, judge, into);
  judge_connections(s, p, judge);
  judge_address(s, p, judge, into);
  if (unguarded(s))
    into.add(host_rule("server.dangerous-commands"), p.dangerous_commands, "the default user without @dangerous",
             s.default_user_commands,
             fmt::format("redis-cli -p {} ACL SETUSER default -@dangerous +info   # and a user of their own for "
                         "slotwarden and for people",
                         s.port.n));
  judge_file(s, p, into);
}

}  // namespace slotwarden::decide
