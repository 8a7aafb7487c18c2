#include "observe/proc.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "formats/lines.h"
#include "formats/proc.h"
#include "observe/processes.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

std::string of(Pid pid, const char* name) {
  return "/proc/" + std::to_string(pid.n) + "/" + name;
}

Error no_such(Pid pid) {
  return Error{"there is no process " + std::to_string(pid.n), ESRCH};
}

Result<formats::ProcStat> stat_of(Pid pid) {
  const auto path = of(pid, "stat");
  const auto text = read_kernel_file(path);
  if (!text) {
    const int number = text.error().os_error;
    return number == ENOENT || number == ESRCH ? no_such(pid) : text.error();
  }
  auto stat = formats::proc_stat(*text);
  if (!stat) return while_doing(path, stat.error());
  return stat;
}

bool lives(Pid pid) {
  const auto stat = stat_of(pid);
  return stat && !formats::gone(stat->state);
}

Result<std::string> checked_boot_id(std::string_view text, const std::string& path) {
  constexpr std::size_t length = 36;
  if (text.size() != length || text.find_first_not_of("0123456789abcdef-") != text.npos)
    return Error{path + ": not in the form of a boot id", EINVAL};
  return Result<std::string>(boost::system::in_place_value, text);
}

std::string user_of(Pid pid) {
  const auto status = read_kernel_file(of(pid, "status"));
  const auto uid = status ? formats::effective_uid(*status) : Result<std::uint32_t>(status.error());
  if (!uid) return "unknown";
  std::array<char, 4096> room;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(*uid, &entry, room.data(), room.size(), &found) == 0 && found) return entry.pw_name;
  return "uid " + std::to_string(*uid);
}

// The title that the server gives itself, or the name under which it was started. Arguments are left out: another
// program's may hold a password.
std::string title_of(Pid pid) {
  constexpr std::size_t longest = 120;
  std::string title;
  if (const auto line = read_kernel_file(of(pid, "cmdline"))) title = line->substr(0, line->find('\0'));
  if (title.empty())
    if (const auto stat = stat_of(pid)) title = stat->comm;
  title.resize(std::min(title.size(), longest));
  std::ranges::replace_if(
      title, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  while (title.ends_with(' ')) title.pop_back();
  return title.empty() ? "a process" : title;
}

}  // namespace

Result<std::string> boot_id() {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  const auto text = read_kernel_file(path);
  if (!text) return text.error();
  return checked_boot_id(std::string_view(*text).substr(0, text->find('\n')), path);
}

Result<ProcessIdentity> identity_of(Pid pid) {
  const auto stat = stat_of(pid);
  if (!stat) return stat.error();
  if (formats::gone(stat->state)) return no_such(pid);
  auto boot = boot_id();
  if (!boot) return boot.error();
  return ProcessIdentity{stat->pid, stat->start_ticks, std::move(*boot)};
}

Result<ProcessIdentity> remembered_identity(const std::string& identity_file) {
  constexpr std::size_t limit = 4096;
  const auto text = read_regular(identity_file, limit);
  if (!text) return text.error();
  std::string_view rest = *text;
  auto boot = checked_boot_id(formats::take_until(rest, '\n'), identity_file);
  if (!boot) return boot.error();
  const auto stat = formats::proc_stat(rest);
  if (!stat || !rest.ends_with('\n'))
    return Error{identity_file + ": cut off, or not in the form of an identity", EINVAL};
  return ProcessIdentity{stat->pid, stat->start_ticks, std::move(*boot)};
}

char kernel_state(Pid pid) {
  const auto stat = stat_of(pid);
  return stat ? stat->state : '?';
}

Result<Bytes> resident(Pid pid) {
  const auto path = of(pid, "statm");
  const auto text = read_kernel_file(path);
  std::uint64_t size = 0;
  std::uint64_t pages = 0;
  if (!text) return text.error();
  if (std::sscanf(text->c_str(), "%" SCNu64 " %" SCNu64, &size, &pages) != 2)
    return Error{path + ": not in the form of that file", EINVAL};
  return Bytes{pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

std::vector<Pid> session_members(Pid session, const ProcessTable& table) {
  std::vector<Pid> members;
  for (const auto& p : table)
    if (p.session == session && p.pid != session && lives(p.pid)) members.push_back(p.pid);
  return members;
}

std::string command_of(Pid pid) {
  return title_of(pid) + " (pid " + std::to_string(pid.n) + ", user " + user_of(pid) + ")";
}

}  // namespace slotwarden::observe
