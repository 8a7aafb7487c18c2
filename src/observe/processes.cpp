#include "observe/processes.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <memory>
#include <optional>

#include "adapters/fd.h"
#include "formats/numbers.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

struct Close {
  void operator()(DIR* d) const { ::closedir(d); }
};
using Directory = std::unique_ptr<DIR, Close>;

std::string link_at(int directory, const char* name) {
  std::array<char, PATH_MAX> target;
  const auto n = ::readlinkat(directory, name, target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : std::string();
}

}  // namespace

Result<std::vector<Pid>> all_processes() {
  const Directory proc(::opendir("/proc"));
  if (!proc) return adapters::os_error("cannot list /proc");
  std::vector<Pid> pids;
  while (const auto* entry = ::readdir(proc.get()))
    if (const auto n = formats::whole_number<std::int32_t>(entry->d_name); n && *n > 0) pids.push_back(Pid{*n});
  return pids;
}

Result<ProcessTable> process_table() {
  const auto pids = all_processes();
  if (!pids) return pids.error();
  ProcessTable table;
  table.reserve(pids->size());
  // getsid(2) answers about anybody, and costs a tenth of having /proc/PID/stat printed.
  for (const auto pid : *pids)
    if (const auto session = ::getsid(pid.n); session >= 0)
      table.push_back({pid, Pid{session}, process_link(pid, "cwd")});
  return table;
}

std::string process_link(Pid pid, const char* name) {
  return link_at(AT_FDCWD, ("/proc/" + std::to_string(pid.n) + "/" + name).c_str());
}

bool any_descriptor(Pid pid, const std::function<bool(std::string_view)>& visit) {
  const Directory descriptors(::opendir(("/proc/" + std::to_string(pid.n) + "/fd").c_str()));
  if (!descriptors) return false;
  while (const auto* entry = ::readdir(descriptors.get())) {
    if (entry->d_name[0] == '.') continue;
    if (visit(link_at(::dirfd(descriptors.get()), entry->d_name))) return true;
  }
  return false;
}

bool is_server_program(Pid pid) {
  auto name = process_link(pid, "exe");
  name.erase(0, name.rfind('/') + 1);
  if (name.empty())
    if (auto comm = read_kernel_file("/proc/" + std::to_string(pid.n) + "/comm")) name = std::move(*comm);
  return name.find("redis") != name.npos || name.find("valkey") != name.npos;
}

}  // namespace slotwarden::observe
