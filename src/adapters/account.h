// A user of this host, looked up before a fork: the child may not ask the name service.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "facts/result.h"

namespace slotwarden::adapters {

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all of them, the primary one included
};

// Fails when there is no such user.
[[nodiscard]] Result<Account> account(const std::string& name);

}  // namespace slotwarden::adapters
