#include "run/own_memory.h"

#include <unistd.h>

#include <algorithm>

#include "observe/memory.h"

namespace slotwarden::run {

std::vector<std::size_t> own_domains(const std::vector<decide::MemoryDomain>& all) {
  std::vector<std::size_t> mine;
  const auto groups = observe::group_memory_of(Pid{::getpid()});
  for (std::size_t d = 0; d < all.size(); ++d) {
    const auto is = [&](const observe::MemoryRoom& g) { return g.name == all[d].name; };
    if (d == 0 || (groups && std::ranges::any_of(*groups, is))) mine.push_back(d);
  }
  return mine;
}

}  // namespace slotwarden::run
