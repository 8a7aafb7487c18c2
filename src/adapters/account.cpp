#include "adapters/account.h"

#include <grp.h>
#include <pwd.h>

#include "adapters/fd.h"

namespace slotwarden::adapters {

namespace {

std::vector<gid_t> groups_of(const std::string& name, gid_t primary) {
  int count = 32;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(name.c_str(), primary, groups.data(), &count) < 0)
    groups.resize(static_cast<std::size_t>(count));
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

Result<Account> account(const std::string& name) {
  std::vector<char> room(1024);
  passwd entry{};
  passwd* found = nullptr;
  int failure = 0;
  while ((failure = ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found)) == ERANGE)
    room.resize(room.size() * 2);
  if (failure != 0) return os_error("cannot look up user " + name, failure);
  if (!found) return Error{"there is no user " + name + " on this host", ENOENT};
  return Account{name, entry.pw_uid, entry.pw_gid, groups_of(name, entry.pw_gid)};
}

}  // namespace slotwarden::adapters
