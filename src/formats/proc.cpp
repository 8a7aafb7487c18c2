#include "formats/proc.h"

#include <algorithm>
#include <array>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr std::string_view digits = "0123456789";

std::optional<Pid> pid_of(std::string_view text) {
  const auto n = whole_number<std::int32_t>(text);
  return n ? std::optional(Pid{*n}) : std::nullopt;
}

// The number that `text` begins with.
template <class Int>
std::optional<Int> leading_number(std::string_view text) {
  return whole_number<Int>(text.substr(0, text.find_first_not_of(digits)));
}

}  // namespace

Result<ProcStat> proc_stat(std::string_view text) {
  const Error malformed{"not in the form of /proc/PID/stat"};
  const auto open = text.find(" (");
  const auto close = text.rfind(") ");
  if (open == text.npos || close == text.npos || close < open) return malformed;
  ProcStat s;
  s.comm = text.substr(open + 2, close - open - 2);
  auto rest = text.substr(close + 2);
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  std::array<std::string_view, 20> fields;  // 3 to 22
  for (auto& field : fields) field = take_word(rest);
  const auto pid = pid_of(text.substr(0, open));
  const auto parent = pid_of(fields[1]);
  const auto group = pid_of(fields[2]);
  const auto session = pid_of(fields[3]);
  const auto start = whole_number<std::uint64_t>(fields[19]);
  if (fields[0].size() != 1 || !pid || !parent || !group || !session || !start) return malformed;
  s.pid = *pid;
  s.state = fields[0].front();
  s.parent = *parent;
  s.group = *group;
  s.session = *session;
  s.start_ticks = *start;
  return s;
}

Result<TcpSocket> tcp_socket(std::string_view line) {
  // sl local rem st tx:rx tr:when retrnsmt uid timeout inode ...
  std::array<std::string_view, 10> fields;
  for (auto& field : fields) field = take_word(line);
  const auto colon = fields[1].rfind(':');
  const auto port =
      colon == fields[1].npos ? std::nullopt : whole_number<std::uint16_t>(fields[1].substr(colon + 1), 16);
  const auto state = whole_number<unsigned>(fields[3], 16);
  const auto uid = whole_number<std::uint32_t>(fields[7]);
  const auto inode = whole_number<std::uint64_t>(fields[9]);
  if (!fields[0].ends_with(':') || !port || !state || !uid || !inode)
    return Error{"not in the form of a line of /proc/net/tcp"};
  constexpr unsigned tcp_listen = 10;
  return TcpSocket{Port{*port}, *state == tcp_listen, *uid, *inode};
}

Result<std::vector<std::uint64_t>> listeners(std::string_view table, Port port) {
  std::vector<std::uint64_t> inodes;
  Lines lines(table);
  const auto heading = lines.next();
  if (!heading || heading->find("local_address") == heading->npos)
    return Error{"not in the form of /proc/net/tcp: it has no heading"};
  while (const auto line = lines.next()) {
    const auto socket = tcp_socket(*line);
    if (!socket) return line_error(lines.number(), socket.error().what);
    if (socket->listening && socket->local == port) inodes.push_back(socket->inode);
  }
  return inodes;
}

Result<std::uint64_t> vmstat_field(std::string_view text, std::string_view field) {
  Lines lines(text);
  while (auto line = lines.next()) {
    if (take_word(*line) != field) continue;
    const auto n = whole_number<std::uint64_t>(take_word(*line));
    if (!n || !take_word(*line).empty()) return line_error(lines.number(), "not a number");
    return *n;
  }
  return Error{"there is no field " + std::string(field)};
}

Result<std::uint32_t> effective_uid(std::string_view status) {
  Lines lines(status);
  while (auto line = lines.next()) {
    if (take_word(*line) != "Uid:") continue;
    const auto real = whole_number<std::uint32_t>(take_word(*line));
    const auto effective = whole_number<std::uint32_t>(take_word(*line));
    if (!real || !effective) return line_error(lines.number(), "not in the form of a Uid line");
    return *effective;
  }
  return Error{"there is no Uid line"};
}

std::optional<std::uint64_t> socket_inode(std::string_view link) {
  constexpr std::string_view before = "socket:[";
  if (!link.starts_with(before) || !link.ends_with(']')) return std::nullopt;
  return whole_number<std::uint64_t>(link.substr(before.size(), link.size() - before.size() - 1));
}

// "Out of memory: Killed process 4711 (redis-server) total-vm:..." and "Memory cgroup out of memory: Killed process
// ...".
std::optional<Pid> oom_victim(std::string_view record) {
  constexpr std::string_view killed = "ut of memory: Killed process ";
  const auto text = record.find(';');
  const auto at = text == record.npos ? record.npos : record.find(killed, text);
  if (at == record.npos) return std::nullopt;
  const auto n = leading_number<std::int32_t>(record.substr(at + killed.size()));
  return n ? std::optional(Pid{*n}) : std::nullopt;
}

std::vector<Pid> lock_holders(std::string_view locks, std::uint32_t major, std::uint32_t minor, std::uint64_t inode) {
  std::vector<Pid> holders;
  Lines lines(locks);
  while (auto line = lines.next()) {
    // "12: FLOCK  ADVISORY  WRITE 4711 fe:01:131 0 EOF"; a waiter has "->" in the second place.
    std::array<std::string_view, 6> fields;
    for (auto& field : fields) field = take_word(*line);
    if (fields[1] == "->") continue;
    const auto pid = pid_of(fields[4]);
    const auto device_major = whole_number<std::uint32_t>(take_until(fields[5], ':'), 16);
    const auto device_minor = whole_number<std::uint32_t>(take_until(fields[5], ':'), 16);
    const auto number = whole_number<std::uint64_t>(fields[5]);
    if (pid && *pid && device_major == major && device_minor == minor && number == inode) holders.push_back(*pid);
  }
  return holders;
}

std::optional<ForkKind> fork_kind(std::string_view title) {
  struct Title {
    std::string_view word;
    ForkKind kind;
  };
  // Behind "redis-" or "valkey-"; an address and a mode may follow.
  constexpr std::array titles{
      Title{"rdb-bgsave", ForkKind::rdb_save},     Title{"aof-rewrite", ForkKind::aof_rewrite},
      Title{"rdb-to-slaves", ForkKind::full_sync}, Title{"rdb-to-replicas", ForkKind::full_sync},
      Title{"module-fork", ForkKind::module_fork}, Title{"slot-migration-to-target", ForkKind::slot_migration},
  };
  auto word = take_word(title);
  for (const std::string_view program : {"redis-", "valkey-"})
    if (word.starts_with(program)) {
      word.remove_prefix(program.size());
      for (const auto& t : titles)
        if (word == t.word) return t.kind;
    }
  return std::nullopt;
}

Result<ProcessorTimes> processor_times(std::string_view text) {
  ProcessorTimes times;
  Lines lines(text);
  while (auto line = lines.next()) {
    const auto name = take_word(*line);
    if (!name.starts_with("cpu")) continue;
    if (name != "cpu") {
      ++times.processors;
      continue;
    }
    // user nice system idle iowait irq softirq steal; what guests use is in the first two already.
    for (int field = 0; field < 8; ++field) {
      const auto n = whole_number<std::uint64_t>(take_word(*line));
      if (!n) return line_error(lines.number(), "not eight numbers");
      times.all += *n;
      if (field == 3 || field == 4) times.idle += *n;
    }
  }
  if (times.processors == 0 || times.all == 0) return Error{"there are no processors in it"};
  return times;
}

std::string control_group(std::string_view text) {
  std::string by_name;
  Lines lines(text);
  while (auto line = lines.next()) {
    (void)take_until(*line, ':');
    const auto controllers = take_until(*line, ':');
    if (controllers.empty() && *line != "/") return std::string(*line);
    if (controllers == "name=systemd") by_name = *line;
  }
  return by_name == "/" ? std::string() : by_name;
}

}  // namespace slotwarden::formats
