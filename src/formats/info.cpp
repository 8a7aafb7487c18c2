#include "formats/info.h"

#include <algorithm>
#include <array>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// What several fields tell together; settled when all were read.
struct Reading {
  ServerInfo info;
  bool is_info = false;
  bool valkey = false;
  std::optional<ServerVersion> valkey_version;
  Endpoint master;
};

bool read(std::string_view text, std::string& into) {
  into = text;
  return true;
}
template <class Int>
bool read_number(std::string_view text, Int& into) {
  const auto n = whole_number<Int>(text);
  if (n) into = *n;
  return n.has_value();
}
bool read(std::string_view text, std::int64_t& into) {
  return read_number(text, into);
}
bool read(std::string_view text, Bytes& into) {
  return read_number(text, into.n);
}
bool read(std::string_view text, Port& into) {
  return read_number(text, into.n);
}
bool read(std::string_view text, Offset& into) {
  return read_number(text, into.n);
}
bool read(std::string_view text, Pid& into) {
  return read_number(text, into.n);
}
template <class T>
bool read(std::string_view text, std::optional<T>& into) {
  return read(text, into.emplace());
}

bool read_one_of(std::string_view text, std::string_view no, std::string_view yes, bool& into) {
  into = text == yes;
  return into || text == no;
}
bool read(std::string_view text, bool& into) {
  return read_one_of(text, "0", "1", into);
}

// "7.0.15", "9.1.2", "7.0.0-rc1".
bool read(std::string_view text, ServerVersion& into) {
  text = text.substr(0, text.find('-'));
  const auto major = take_until(text, '.');
  const auto minor = take_until(text, '.');
  return read_number(major, into.major) && read_number(minor, into.minor) && read_number(text, into.patch) &&
         into.major >= 0 && into.minor >= 0 && into.patch >= 0;
}

// "ip=10.0.0.2,port=7001,state=online,offset=1234,lag=0", in any order, with unknown keys.
bool read(std::string_view text, AttachedReplica& into) {
  bool address = false;
  while (!text.empty()) {
    auto value = take_until(text, ',');
    const auto key = take_until(value, '=');
    if (key == "ip") address = read(value, into.at.host);
    if (key == "port" && !read(value, into.at.port)) return false;
    if (key == "state") into.state = value;
    if (key == "offset" && !read(value, into.offset)) return false;
    if (key == "lag" && !read(value, into.lag_seconds)) return false;
  }
  return address && into.at.port.n != 0;
}

// "keys=3,expires=1,avg_ttl=0".
bool add_database(std::string_view text, ServerInfo& info) {
  std::optional<std::uint64_t> keys;
  std::optional<std::uint64_t> expires;
  while (!text.empty()) {
    auto value = take_until(text, ',');
    const auto key = take_until(value, '=');
    if (key == "keys") keys = whole_number<std::uint64_t>(value);
    if (key == "expires") expires = whole_number<std::uint64_t>(value);
  }
  info.keys += keys.value_or(0);
  info.keys_with_expiry += expires.value_or(0);
  return keys && expires;
}

template <auto Member>
bool into(std::string_view text, Reading& r) {
  return read(text, r.info.*Member);
}
template <auto Member>
bool replication_id(std::string_view text, Reading& r) {
  return is_hex40(text) && read(text, r.info.*Member);
}
bool role(std::string_view text, Reading& r) {
  if (text == "master" || text == "primary") r.info.role = Role::master;
  if (text == "slave" || text == "replica") r.info.role = Role::replica;
  return r.info.role != Role::unknown;
}
// -1: there has been none yet.
template <auto Member>
bool unless_never(std::string_view text, Reading& r) {
  return text == "-1" || read(text, r.info.*Member);
}
// The larger of the present and the highest.
bool cow(std::string_view text, Reading& r) {
  Bytes n;
  if (!read(text, n)) return false;
  r.info.cow = std::max(r.info.cow, n);
  return true;
}
// -1: the link was never up.
bool link_down(std::string_view text, Reading& r) {
  return text == "-1" || read(text, r.info.master_link_down_seconds);
}

struct Field {
  std::string_view name;
  bool (*read)(std::string_view, Reading&);
};

using I = ServerInfo;
// Sorted by name. Fields of Redis 6.2 to 8 and Valkey 7.2 to 9.
constexpr std::array fields{
    Field{"aof_base_size", into<&I::aof_base>},
    Field{"aof_current_size", into<&I::aof_size>},
    Field{"aof_enabled", into<&I::aof_enabled>},
    Field{"aof_last_bgrewrite_status",
          [](std::string_view t, Reading& r) { return read_one_of(t, "err", "ok", r.info.last_aof_rewrite_ok); }},
    Field{"aof_last_cow_size", into<&I::last_rewrite_cow>},
    Field{"aof_last_rewrite_time_sec", unless_never<&I::last_rewrite_seconds>},
    Field{"aof_rewrite_in_progress", into<&I::aof_rewrite_in_progress>},
    Field{"aof_rewrite_scheduled", into<&I::aof_rewrite_scheduled>},
    Field{"aof_rewrites", into<&I::aof_rewrites>},
    Field{"cluster_enabled", into<&I::cluster_enabled>},
    Field{"config_file", into<&I::config_file>},
    Field{"connected_clients", into<&I::connected_clients>},
    Field{"current_cow_peak", cow},
    Field{"current_cow_size", cow},
    Field{"current_save_keys_processed", into<&I::keys_processed>},
    Field{"current_save_keys_total", into<&I::keys_to_process>},
    Field{"executable", into<&I::executable>},
    Field{"loading", into<&I::loading>},
    Field{"loading_eta_seconds", into<&I::loading_eta_seconds>},
    Field{"loading_loaded_bytes", into<&I::loading_loaded>},
    Field{"loading_total_bytes", into<&I::loading_total>},
    Field{"master_host", [](std::string_view t, Reading& r) { return read(t, r.master.host); }},
    Field{"master_link_down_since_seconds", link_down},
    Field{"master_link_status",
          [](std::string_view t, Reading& r) { return read_one_of(t, "down", "up", r.info.master_link_up); }},
    Field{"master_port", [](std::string_view t, Reading& r) { return read(t, r.master.port); }},
    Field{"master_repl_offset", into<&I::offset>},
    Field{"master_replid", replication_id<&I::replid>},
    Field{"master_replid2", replication_id<&I::replid2>},
    Field{"master_sync_in_progress", into<&I::master_sync_in_progress>},
    Field{"maxclients", into<&I::maxclients>},
    Field{"maxmemory", into<&I::maxmemory>},
    Field{"maxmemory_policy", into<&I::maxmemory_policy>},
    Field{"process_id", into<&I::process_id>},
    Field{"rdb_bgsave_in_progress", into<&I::bgsave_in_progress>},
    Field{"rdb_changes_since_last_save", into<&I::changes_since_save>},
    Field{"rdb_last_bgsave_status",
          [](std::string_view t, Reading& r) { return read_one_of(t, "err", "ok", r.info.last_bgsave_ok); }},
    Field{"rdb_last_bgsave_time_sec", unless_never<&I::last_save_seconds>},
    Field{"rdb_last_cow_size", into<&I::last_save_cow>},
    Field{"rdb_last_save_time", into<&I::last_save_unix>},
    Field{"rdb_saves", into<&I::saves>},
    Field{"redis_version", into<&I::version>},
    Field{"role", role},
    Field{"run_id", into<&I::run_id>},
    Field{"second_repl_offset", into<&I::second_offset>},
    Field{"server_name",
          [](std::string_view t, Reading& r) {
            r.valkey = r.valkey || t == "valkey";
            return true;
          }},
    Field{"shutdown_in_milliseconds", into<&I::shutdown_in_ms>},
    Field{"slave_repl_offset", into<&I::replica_offset>},
    Field{"tcp_port", into<&I::tcp_port>},
    Field{"uptime_in_seconds", into<&I::uptime_seconds>},
    Field{"used_memory", into<&I::used_memory>},
    Field{"valkey_version", [](std::string_view t, Reading& r) { return read(t, r.valkey_version.emplace()); }},
};
static_assert(std::ranges::is_sorted(fields, {}, &Field::name), "the fields are searched by bisection");

// "slave12" is numbered "slave"; "slave_priority" is not.
bool numbered(std::string_view name, std::string_view stem) {
  return name.size() > stem.size() && name.starts_with(stem) &&
         name.find_first_not_of("0123456789", stem.size()) == name.npos;
}

bool read_field(std::string_view name, std::string_view value, Reading& r) {
  const auto field = std::ranges::lower_bound(fields, name, {}, &Field::name);
  if (field != fields.end() && field->name == name) return field->read(value, r);
  if (numbered(name, "slave") || numbered(name, "replica")) return read(value, r.info.replicas.emplace_back());
  if (numbered(name, "db")) return add_database(value, r.info);
  return true;
}

bool read_section(std::string_view heading, Reading& r) {
  r.is_info = r.is_info || heading == "# Server" || heading == "# Replication" || heading == "# Keyspace";
  return heading.starts_with("# ");
}

ServerInfo settle(Reading&& r) {
  const bool seen = r.info.version.major > 0 || r.valkey_version;
  if (r.valkey_version) r.info.version = *r.valkey_version;
  if (seen) r.info.version.kind = r.valkey || r.valkey_version ? ServerKind::valkey : ServerKind::redis;
  if (r.info.role == Role::replica) r.info.master = std::move(r.master);
  return std::move(r.info);
}

}  // namespace

Result<ServerInfo> server_info(std::string_view reply) {
  if (!reply.ends_with('\n')) return Error{"the reply to INFO is empty or cut off: it does not end with a newline"};
  Reading r;
  Lines lines(reply);
  while (auto line = lines.next()) {
    if (line->ends_with('\r')) line->remove_suffix(1);
    if (line->empty()) continue;
    if (line->front() == '#') {
      if (!read_section(*line, r)) return line_error(lines.number(), "not a section of INFO");
      continue;
    }
    if (line->find(':') == line->npos) return line_error(lines.number(), "neither a section nor a field of INFO");
    const auto name = take_until(*line, ':');
    if (!read_field(name, *line, r))
      return line_error(lines.number(),
                        std::string(name) + " has the unreadable value '" + std::string(line->substr(0, 60)) + "'");
  }
  if (!r.is_info) return Error{"the reply is not INFO: it has no Server, Replication or Keyspace section"};
  return settle(std::move(r));
}

}  // namespace slotwarden::formats
