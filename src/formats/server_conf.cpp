#include "formats/server_conf.h"

#include <algorithm>
#include <array>

#include "formats/lines.h"
#include "formats/numbers.h"
#include "formats/split_arguments.h"

namespace slotwarden::formats {

namespace {

constexpr unsigned bus_port_increment = 10'000;  // CLUSTER_PORT_INCR

using Arguments = std::vector<std::string>;

// What a value should have been; empty when it could be read.
using Wanted = std::string_view;

Wanted read(const std::string& text, std::string& into) {
  into = text;
  return {};
}
Wanted read(const std::string& text, bool& into) {
  into = same_word("yes", text);
  return into || same_word("no", text) ? Wanted{} : "yes or no";
}
Wanted read(const std::string& text, Port& into) {
  const auto n = whole_number<std::uint16_t>(text);
  into.n = n.value_or(0);
  return n ? Wanted{} : "a port, 0 to 65535";
}
Wanted read(const std::string& text, std::int64_t& into) {
  const auto n = whole_number<std::int32_t>(text);
  into = n.value_or(0);
  return n && *n >= 0 ? Wanted{} : "a number, 0 or greater";
}
Wanted read(const std::string& text, std::uint64_t& into) {
  const auto n = whole_number<std::uint32_t>(text);
  into = n.value_or(0);
  return n && *n > 0 ? Wanted{} : "a number, 1 or greater";
}
Wanted read(const std::string& text, std::optional<std::uint16_t>& into) {
  Port port;
  const auto wanted = read(text, port);
  into = port.n == 0 ? std::nullopt : std::optional(port.n);  // 0: the server adds 10000 to the port
  return wanted;
}

template <auto Member>
Wanted into(const Arguments& arguments, ServerConf& conf) {
  if (arguments.size() != 1) return "one value";
  return read(arguments.front(), conf.*Member);
}

// The server refuses a path where it wants the name of a file.
template <auto Member>
Wanted file_name(const Arguments& arguments, ServerConf& conf) {
  if (arguments.size() != 1 || arguments.front().empty() || arguments.front().find('/') != std::string::npos)
    return "the name of a file, not a path";
  return read(arguments.front(), conf.*Member);
}

// The server splits a single quoted argument of a directive that takes several.
Arguments several(const Arguments& arguments) {
  if (arguments.size() != 1 || arguments.front().empty()) return arguments;
  return split_arguments(arguments.front()).value_or(arguments);
}

Wanted read_bind(const Arguments& arguments, ServerConf& conf) {
  conf.bind = several(arguments);
  return {};
}

// `save ""` takes back the save points before it; any other adds to them. Without a line there are the defaults.
Wanted read_save(const Arguments& given, ServerConf& conf, bool first) {
  const auto arguments = several(given);
  constexpr Wanted pairs = "pairs of seconds and changes, or \"\"";
  if (first) conf.saves = false;
  if (arguments.size() == 1 && arguments.front().empty()) {
    conf.saves = false;
    return {};
  }
  if (arguments.empty() || arguments.size() % 2 != 0) return pairs;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto n = whole_number<std::int64_t>(arguments[i]);
    if (!n || *n < (i % 2 == 0 ? 1 : 0)) return pairs;
  }
  conf.saves = true;
  return {};
}

struct Known {
  std::string_view name;
  Wanted (*read)(const Arguments&, ServerConf&);
  bool secret = false;
};

using C = ServerConf;
constexpr std::array known{
    Known{"aclfile", into<&C::aclfile>},
    Known{"aof-load-truncated", into<&C::aof_load_truncated>},
    Known{"appenddirname", file_name<&C::appenddirname>},
    Known{"appendfilename", file_name<&C::appendfilename>},
    Known{"appendonly", into<&C::appendonly>},
    Known{"bind", read_bind},
    Known{"cluster-config-file", into<&C::cluster_config_file>},
    Known{"cluster-enabled", into<&C::cluster_enabled>},
    Known{"cluster-node-timeout", into<&C::cluster_node_timeout_ms>},
    Known{"cluster-port", into<&C::cluster_port>},
    Known{"dbfilename", file_name<&C::dbfilename>},
    Known{"dir", into<&C::dir>},
    Known{"logfile", into<&C::logfile>},
    Known{"masterauth", into<&C::masterauth>, true},
    Known{"masteruser", into<&C::masteruser>},
    Known{"maxclients", into<&C::maxclients>},
    Known{"port", into<&C::port>},
    Known{"rdbchecksum", into<&C::rdb_checksum>},
    Known{"repl-diskless-sync", into<&C::repl_diskless_sync>},
    Known{"repl-diskless-sync-delay", into<&C::repl_diskless_sync_delay>},
    Known{"repl-diskless-sync-max-replicas", into<&C::repl_diskless_sync_max_replicas>},
    Known{"requirepass", into<&C::requirepass>, true},
    Known{"tls-ca-cert-dir", into<&C::tls_ca_directory>},
    Known{"tls-ca-cert-file", into<&C::tls_ca_file>},
    Known{"tls-cert-file", into<&C::tls_certificate>},
    Known{"tls-client-cert-file", into<&C::tls_client_certificate>},
    Known{"tls-client-key-file", into<&C::tls_client_key>},
    Known{"tls-cluster", into<&C::tls_cluster>},
    Known{"tls-key-file", into<&C::tls_key>},
    Known{"tls-port", into<&C::tls_port>},
    Known{"tls-replication", into<&C::tls_replication>},
    Known{"unixsocket", into<&C::unix_socket>},
};
static_assert(std::ranges::is_sorted(known, {}, &Known::name), "the directives are searched by bisection");

// The name that `known` has for a directive: Valkey says primary where Redis says master.
std::string_view one_name(std::string_view name) {
  if (name == "primaryauth") return "masterauth";
  if (name == "primaryuser") return "masteruser";
  return name;
}

Error misread(const Directive& d, Wanted wanted, bool secret) {
  auto what = d.name + " wants " + std::string(wanted);
  if (!secret && d.arguments.size() == 1) what += ", not '" + d.arguments.front().substr(0, 60) + "'";
  return line_error(d.line, what);
}

std::string below(const std::string& directory, const std::string& name) {
  if (name.starts_with('/')) return name;
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

}  // namespace

Result<ServerConf> server_conf(const std::vector<Directive>& directives) {
  ServerConf conf;
  bool saves_seen = false;
  for (const auto& d : directives) {
    if (d.name == "save") {
      const auto wanted = read_save(d.arguments, conf, !saves_seen);
      if (!wanted.empty()) return misread(d, wanted, false);
      saves_seen = true;
      continue;
    }
    const auto name = one_name(d.name);
    const auto directive = std::ranges::lower_bound(known, name, {}, &Known::name);
    if (directive == known.end() || directive->name != name) continue;
    const auto wanted = directive->read(d.arguments, conf);
    if (!wanted.empty()) return misread(d, wanted, directive->secret);
  }
  return conf;
}

std::string ServerConf::rdb_path() const {
  return below(dir, dbfilename);
}

std::string ServerConf::nodes_path() const {
  return below(dir, cluster_config_file);
}

std::string ServerConf::aof_directory() const {
  return below(dir, appenddirname);
}

// 0 when there is no such port: the server refuses to start.
std::uint16_t ServerConf::bus_port() const {
  if (cluster_port) return *cluster_port;
  const auto port_of_bus = (tls_cluster ? tls_port : port).n + bus_port_increment;
  return port_of_bus <= 65'535 ? static_cast<std::uint16_t>(port_of_bus) : 0;
}

}  // namespace slotwarden::formats
