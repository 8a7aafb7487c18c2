#include "formats/keyspace.h"

#include <string>

#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// "keys=12" among "keys=12,expires=3,avg_ttl=0".
std::optional<std::uint64_t> field(std::string_view values, std::string_view name) {
  while (!values.empty()) {
    const auto one = values.substr(0, values.find(','));
    values.remove_prefix(std::min(one.size() + 1, values.size()));
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=')
      return whole_number<std::uint64_t>(one.substr(name.size() + 1));
  }
  return std::nullopt;
}

// "db0:keys=12,…"; the number where the line begins as one of a database does.
std::optional<std::uint64_t> number_of(std::string_view line) {
  if (!line.starts_with("db")) return std::nullopt;
  return whole_number<std::uint64_t>(line.substr(2, line.find(':') - 2));
}

}  // namespace

Result<std::vector<DatabaseKeys>> keyspace(std::string_view reply) {
  if (reply.find("# Keyspace") == reply.npos) return Error{"INFO without a section Keyspace"};
  std::vector<DatabaseKeys> all;
  while (!reply.empty()) {
    auto line = reply.substr(0, reply.find('\n'));
    reply.remove_prefix(std::min(line.size() + 1, reply.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    const auto number = colon == line.npos ? std::nullopt : number_of(line);
    if (!number) continue;
    const auto keys = field(line.substr(colon + 1), "keys");
    if (!keys) return Error{"INFO has a line that cannot be read: " + std::string(line.substr(0, 100))};
    DatabaseKeys d;
    d.number = *number;
    d.keys = *keys;
    d.with_expiry = field(line.substr(colon + 1), "expires").value_or(0);
    all.push_back(d);
  }
  return all;
}

}  // namespace slotwarden::formats
