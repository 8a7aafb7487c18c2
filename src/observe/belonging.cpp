#include "observe/belonging.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "formats/lines.h"
#include "formats/numbers.h"
#include "formats/proc.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr std::size_t largest_file = 16 << 20;

std::string of(Pid pid, const char* name) {
  return "/proc/" + std::to_string(pid.n) + "/" + name;
}

struct Rival {
  std::string_view program;        // as /proc/PID/comm has it
  std::vector<std::string> files;  // or directories of them
};

std::vector<std::string> files_of(const Rival& r) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& path : r.files) {
    if (std::filesystem::is_regular_file(path, ignored)) files.push_back(path);
    if (!std::filesystem::is_directory(path, ignored)) continue;
    for (const auto& file : std::filesystem::directory_iterator(path, ignored)) files.push_back(file.path().string());
  }
  return files;
}

// An interpreter is called by the script that it runs: "supervisord", not "python3".
std::string script_or_name_of(Pid pid) {
  auto name = name_of(pid);
  constexpr std::array<std::string_view, 6> interpreters{"python", "perl", "ruby", "sh", "bash", "dash"};
  const auto runs_it = [&](std::string_view i) {
    return name.starts_with(i) && name.find_first_not_of("0123456789.", i.size()) == name.npos;
  };
  const auto line = read_kernel_file(of(pid, "cmdline"));
  if (!line || std::ranges::none_of(interpreters, runs_it)) return name;
  std::string_view rest = *line;
  (void)formats::take_until(rest, '\0');
  const auto script = formats::take_until(rest, '\0');
  if (script.empty() || script.starts_with('-')) return name;
  return std::string(script.substr(script.rfind('/') + 1));
}

bool runs(std::string_view program) {
  const auto pids = all_processes();
  return !pids || std::ranges::any_of(*pids, [&](Pid p) { return name_of(p) == program; });
}

}  // namespace

Result<Belonging> belonging_of(Pid pid) {
  const auto text = read_kernel_file(of(pid, "stat"));
  if (!text) return text.error();
  const auto stat = formats::proc_stat(*text);
  if (!stat) return stat.error();
  const auto groups = read_kernel_file(of(pid, "cgroup"));
  if (!groups) return groups.error();
  Belonging b;
  b.parent = stat->parent;
  b.parent_name = script_or_name_of(stat->parent);
  b.group = formats::control_group(*groups);
  b.leads_session = stat->session == pid;
  const auto own = process_link(Pid{static_cast<std::int32_t>(::getpid())}, "ns/pid");
  const auto its = process_link(pid, "ns/pid");
  if (!own.empty() && !its.empty()) b.own_pid_space = own == its ? Tri::no : Tri::yes;
  return b;
}

std::string name_of(Pid pid) {
  auto name = read_kernel_file(of(pid, "comm"));
  if (!name) return {};
  return name->substr(0, name->find('\n'));
}

std::string user_name_of(Pid pid) {
  const auto status = read_kernel_file(of(pid, "status"));
  const auto uid = status ? formats::effective_uid(*status) : Result<std::uint32_t>(status.error());
  if (!uid) return {};
  std::array<char, 4096> room;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(*uid, &entry, room.data(), room.size(), &found) != 0 || !found) return {};
  return entry.pw_name;
}

Tri alone_in_group(const std::string& group, Pid pid) {
  if (group.empty()) return Tri::unknown;
  for (const auto* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"}) {
    const auto text = read_kernel_file(root + group + "/cgroup.procs");
    if (!text) continue;
    bool seen = false;
    formats::Lines lines(*text);
    while (const auto line = lines.next()) {
      const auto n = formats::whole_number<std::int32_t>(*line);
      if (!n) continue;
      seen = seen || *n == pid.n;
      if (*n != pid.n && ::getsid(*n) != pid.n) return Tri::no;
    }
    return seen ? Tri::yes : Tri::unknown;
  }
  return Tri::unknown;
}

Result<std::string> rival_naming(const std::vector<std::string>& words) {
  const std::array rivals{
      Rival{"monit",
            {"/etc/monitrc", "/etc/monit/monitrc", "/etc/monit.d", "/etc/monit/conf.d", "/etc/monit/conf-enabled",
             "/etc/monit/monitrc.d"}},
      Rival{"pacemakerd", {"/var/lib/pacemaker/cib/cib.xml"}},
  };
  for (const auto& r : rivals) {
    if (!runs(r.program)) continue;
    const auto files = files_of(r);
    if (files.empty()) return Error{std::string(r.program) + " runs, and its configuration was not found"};
    for (const auto& file : files) {
      const auto text = read_regular(file, largest_file, Links::follow);
      if (!text) return while_doing(std::string(r.program) + " runs", text.error());
      const auto names = [&](const std::string& w) { return !w.empty() && text->find(w) != text->npos; };
      if (std::ranges::any_of(words, names))
        return Result<std::string>(boost::system::in_place_value, std::string(r.program) + ", in " + file);
    }
  }
  return Result<std::string>(boost::system::in_place_value);
}

}  // namespace slotwarden::observe
