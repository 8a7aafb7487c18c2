#include "formats/server_settings.h"

#include <algorithm>
#include <array>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array units{Unit{"", 1},          Unit{"b", 1},        Unit{"k", 1'000},         Unit{"kb", 1 << 10},
                           Unit{"m", 1'000'000}, Unit{"mb", 1 << 20}, Unit{"g", 1'000'000'000}, Unit{"gb", 1 << 30}};

class Reader {
 public:
  explicit Reader(const RunningSettings& running) : running_(running) {}

  void number(const char* name, std::optional<std::int64_t>& into) const {
    if (const auto* text = find(name)) into = whole_number<std::int64_t>(*text);
  }
  void text(const char* name, std::optional<std::string>& into) const {
    if (const auto* text = find(name)) into = *text;
  }
  void word(const char* name, std::string& into) const {
    if (const auto* text = find(name)) into = *text;
  }
  void flag(const char* name, Tri& into) const {
    const auto* text = find(name);
    if (text && *text == "yes") into = Tri::yes;
    if (text && *text == "no") into = Tri::no;
  }
  [[nodiscard]] const std::string* find(const std::string& name) const {
    const auto at = running_.find(name);
    return at == running_.end() ? nullptr : &at->second;
  }

 private:
  const RunningSettings& running_;
};

// Those that are compared elsewhere, that are changed while a server runs as a matter of course (by a succession, by
// slotwarden's own start), or that the server prints in another form than it reads.
constexpr std::array set_elsewhere{std::string_view{"include"},
                                   std::string_view{"loadmodule"},
                                   std::string_view{"rename-command"},
                                   std::string_view{"user"},
                                   std::string_view{"daemonize"},
                                   std::string_view{"supervised"},
                                   std::string_view{"pidfile"},
                                   std::string_view{"maxclients"},
                                   std::string_view{"databases"},
                                   std::string_view{"replicaof"},
                                   std::string_view{"slaveof"},
                                   std::string_view{"notify-keyspace-events"},
                                   std::string_view{"client-output-buffer-limit"},
                                   std::string_view{"bind"},
                                   std::string_view{"repl-diskless-sync"},
                                   std::string_view{"repl-diskless-sync-delay"},
                                   std::string_view{"repl-diskless-sync-max-replicas"},
                                   std::string_view{"save"}};

bool same_value(std::string_view file, std::string_view running) {
  if (lower(file) == lower(running)) return true;
  const auto a = server_bytes(file);
  const auto b = server_bytes(running);
  if (a && b) return *a == *b;
  return !file.starts_with('/') && running.ends_with("/" + std::string(file));  // a folder that the server resolved
}

// The save points of all lines, as CONFIG GET prints them; nullopt where the file has no such line.
std::optional<std::string> save_points(const std::vector<Directive>& file) {
  std::optional<std::string> points;
  for (const auto& d : file) {
    if (d.name != "save") continue;
    if (!points || (d.arguments.size() == 1 && d.arguments.front().empty())) points = "";
    for (const auto& argument : d.arguments)
      if (!argument.empty()) *points += (points->empty() ? "" : " ") + argument;
  }
  return points;
}

}  // namespace

std::optional<std::uint64_t> server_bytes(std::string_view text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto n = whole_number<std::uint64_t>(text.substr(0, end));
  const auto unit = std::ranges::find(units, lower(text.substr(end)), &Unit::name);
  if (!n || unit == units.end() || *n > UINT64_MAX / unit->bytes) return std::nullopt;
  return *n * unit->bytes;
}

std::optional<ReplicaBuffer> replica_buffer(std::string_view text) {
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    const auto hard = whole_number<std::uint64_t>(take_word(text));
    const auto soft = whole_number<std::uint64_t>(take_word(text));
    const auto seconds = whole_number<std::uint64_t>(take_word(text));
    if (!hard || !soft || !seconds) return std::nullopt;
    if (word == "slave" || word == "replica") return ReplicaBuffer{*hard, *soft, *seconds};
  }
  return std::nullopt;
}

ServerSettings server_settings(const RunningSettings& running) {
  const Reader from(running);
  ServerSettings s;
  from.number("maxclients", s.maxclients);
  from.number("maxmemory", s.maxmemory);
  from.number("repl-backlog-size", s.repl_backlog_size);
  from.number("min-replicas-to-write", s.min_replicas_to_write);
  from.number("tcp-keepalive", s.tcp_keepalive);
  from.number("timeout", s.timeout);
  from.number("tcp-backlog", s.tcp_backlog);
  from.text("save", s.save);
  from.text("bind", s.bind);
  from.text("unixsocket", s.unix_socket);
  from.word("maxmemory-policy", s.maxmemory_policy);
  from.word("oom-score-adj", s.oom_score_adj);
  from.word("stop-writes-on-bgsave-error", s.stop_writes_on_bgsave_error);
  from.flag("appendonly", s.appendonly);
  from.flag("protected-mode", s.protected_mode);
  from.flag("disable-thp", s.disable_thp);
  if (const auto* buffers = from.find("client-output-buffer-limit")) s.replica_buffer = replica_buffer(*buffers);
  if (const auto* cluster = from.find("cluster-enabled"); cluster && *cluster == "yes") {
    from.number("cluster-node-timeout", s.cluster_node_timeout_ms);
    from.number("cluster-replica-validity-factor", s.replica_validity_factor);
    from.word("cluster-require-full-coverage", s.require_full_coverage);
  }
  return s;
}

bool is_secret(std::string_view name) {
  return name.find("pass") != name.npos || name.find("auth") != name.npos || name.find("secret") != name.npos;
}

std::vector<Difference> differences(const std::vector<Directive>& file, const RunningSettings& running) {
  std::vector<Difference> all;
  for (const auto& d : file) {
    const auto at = running.find(d.name);
    const bool once = std::ranges::count(file, d.name, &Directive::name) == 1;
    if (at == running.end() || !once || d.arguments.size() != 1 || is_secret(d.name)) continue;
    if (std::ranges::find(set_elsewhere, d.name) != set_elsewhere.end()) continue;
    if (!same_value(d.arguments.front(), at->second)) all.push_back({d.name, d.arguments.front(), at->second});
  }
  const auto points = save_points(file);
  const auto at = running.find("save");
  if (points && at != running.end() && *points != at->second) all.push_back({"save", *points, at->second});
  return all;
}

}  // namespace slotwarden::formats
