#include "decide/pace.h"

#include <algorithm>

namespace slotwarden::decide {

std::optional<Bytes> pace(const PaceEvidence& e) {
  if (!e.link || e.link->n == 0) return e.limit;
  const Bytes shared{e.link->n / 5 * 4};
  const auto room = std::max(shared - e.others, Bytes{std::max<std::uint64_t>(e.link->n / 100, 1)});
  return e.limit ? std::min(*e.limit, room) : room;
}

}  // namespace slotwarden::decide
