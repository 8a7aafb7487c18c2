// What the host shows of its servers: their processes, and their files on the disk.
#include <fnmatch.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "formats/proc.h"
#include "formats/sysctl.h"
#include "observe/host_settings.h"
#include "observe/listeners.h"
#include "observe/proc.h"
#include "observe/processes.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr std::size_t longest_rotation = 1 << 20;

std::string of(Pid pid, const char* name) {
  return "/proc/" + std::to_string(pid.n) + "/" + name;
}

std::uint64_t size_of_files(const std::filesystem::path& directory) {
  std::uint64_t sum = 0;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(directory, ignored))
    if (const auto size = file.is_regular_file(ignored) ? file.file_size(ignored) : 0; !ignored) sum += size;
  return sum;
}

std::uint64_t size_of(const std::string& file) {
  struct stat s {};
  return ::stat(file.c_str(), &s) == 0 && S_ISREG(s.st_mode) ? static_cast<std::uint64_t>(s.st_size) : 0;
}

std::vector<std::string> rotation_files() {
  std::vector<std::string> files{"/etc/logrotate.conf"};
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator("/etc/logrotate.d", ignored))
    files.push_back(file.path().string());
  return files;
}

// unknown: a file of the configuration could not be read, and none of the others names the log.
Tri is_rotated(const std::string& log) {
  Tri found = Tri::no;
  for (const auto& file : rotation_files()) {
    const auto text = read_regular(file, longest_rotation, Links::follow);
    if (!text) {
      if (text.error().os_error != ENOENT) found = Tri::unknown;
      continue;
    }
    for (const auto& pattern : formats::rotated_patterns(*text))
      if (::fnmatch(pattern.c_str(), log.c_str(), FNM_PATHNAME) == 0) return Tri::yes;
  }
  return found;
}

// The file that a server was started with: its second argument, unless that is an option. Once the server has given
// itself a title there is only one argument left.
std::string config_argument(Pid pid) {
  const auto line = read_kernel_file(of(pid, "cmdline"));
  if (!line) return {};
  const auto first = line->find('\0');
  if (first == line->npos || first + 1 >= line->size()) return {};
  const auto second = line->substr(first + 1, line->find('\0', first + 1) - first - 1);
  return second.starts_with('/') ? second : std::string();
}

}  // namespace

void look_at_process(ServerSeen& server) {
  if (!server.pid) return;
  if (const auto text = read_kernel_file(of(server.pid, "limits")))
    if (const auto limits = formats::process_limits(*text)) server.limits = *limits;
  const auto status = read_kernel_file(of(server.pid, "status"));
  if (!status) return;
  if (const auto swapped = formats::kibibytes(*status, "VmSwap:")) server.swapped = *swapped;
  if (const auto uid = formats::effective_uid(*status)) server.uid = *uid;
  if (const auto allowed = formats::huge_pages_allowed(*status)) server.huge_pages = *allowed ? Tri::yes : Tri::no;
}

void look_at_files(ServerSeen& server, const formats::ServerConf& conf) {
  struct stat s {};
  const auto space = disk_space(conf.dir);
  if (space && ::stat(conf.dir.c_str(), &s) == 0) {
    DirectorySeen d{conf.dir, s.st_dev, s.st_uid, s.st_mode & 07777, Bytes{space->free}, Bytes{}};
    d.dataset = Bytes{conf.appendonly ? size_of_files(conf.aof_directory()) : size_of(conf.rdb_path())};
    server.directory = std::move(d);
  }
  if (conf.logfile.empty()) return;
  const auto log = std::filesystem::path(conf.dir) / conf.logfile;
  server.log = LogSeen{log.string(), Bytes{size_of(log.string())}, is_rotated(log.string())};
}

std::vector<RunningServer> running_servers() {
  std::map<std::uint64_t, Port> listening;
  for (const int family : {AF_INET, AF_INET6})
    if (const auto sockets = listening_sockets(family))
      for (const auto& l : *sockets) listening[l.inode] = l.port;
  std::vector<RunningServer> found;
  const auto pids = all_processes();
  if (!pids) return found;
  for (const auto pid : *pids) {
    if (!is_server_program(pid)) continue;
    std::optional<Port> lowest;
    (void)any_descriptor(pid, [&](std::string_view target) {
      const auto inode = formats::socket_inode(target);
      const auto at = inode ? listening.find(*inode) : listening.end();
      if (at != listening.end() && (!lowest || at->second < *lowest)) lowest = at->second;
      return false;
    });
    if (lowest) found.push_back({pid, *lowest, process_link(pid, "cwd"), config_argument(pid)});
  }
  // A forked child of a server holds its sockets too: the parent came first.
  std::ranges::sort(found, {}, [](const RunningServer& r) { return std::pair(r.port, r.pid); });
  const auto same = std::ranges::unique(found, {}, &RunningServer::port);
  found.erase(same.begin(), same.end());
  return found;
}

}  // namespace slotwarden::observe
