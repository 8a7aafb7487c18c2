#include "cli/last_status.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "control/request.h"

namespace slotwarden::cli {
namespace {

bool named(const control::InstanceStatus& s, std::span<const std::string> targets) {
  const auto names_it = [&](const std::string& t) {
    const auto port = control::port_target(t);
    return port ? *port == s.port : t == "all" || t == s.policy;
  };
  return targets.empty() || std::ranges::any_of(targets, names_it);
}

}  // namespace

Result<LastStatus> read_last_status(const std::string& file, std::span<const std::string> targets) {
  struct stat st {};
  if (::stat(file.c_str(), &st) != 0) return Error{"cannot read " + file + ": " + std::strerror(errno), errno};
  std::ifstream in(file, std::ios::binary);
  if (!in || !S_ISREG(st.st_mode)) return Error{"cannot read " + file};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Result<control::Json> j = control::read(text);
  if (!j) return while_doing(file, j.error());
  Result<std::vector<control::InstanceStatus>> all = control::statuses_from_json(*j);
  if (!all) return while_doing(file, all.error());
  std::erase_if(*all, [&](const control::InstanceStatus& s) { return !named(s, targets); });
  return LastStatus{std::move(*all), st.st_mtim.tv_sec * 1000LL + st.st_mtim.tv_nsec / 1'000'000};
}

}  // namespace slotwarden::cli
