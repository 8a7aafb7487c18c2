#include "decide/rolling.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace slotwarden::decide {

namespace {

// The members still to be placed of one phase, by port. Two of one shard must not be neighbours, the first must not be
// of shard `before`, the last not of shard `after`.
struct Phase {
  std::vector<Member> left;
  std::optional<std::string> after;

  // Whether the rest can be placed when the one just placed was of shard `before`. A shard with c members needs c
  // places no two of which touch, and loses the place at either end that is closed to it.
  [[nodiscard]] bool can_follow(const std::optional<std::string>& before) const {
    std::map<std::string, std::size_t> count;
    for (const auto& m : left) ++count[m.shard];
    return std::ranges::all_of(count, [&](const auto& entry) {
      const std::size_t closed = (before == entry.first ? 1U : 0U) + (after == entry.first ? 1U : 0U);
      const std::size_t places = left.size() + 1 >= closed ? (left.size() + 1 - closed) / 2 : 0;
      return entry.second <= places;
    });
  }

  // Takes the first member by port that is not of shard `before` and leaves a rest that can be placed. Where there is
  // none, the first of another shard; where there is not even that, the first.
  Member take(const std::optional<std::string>& before) {
    auto chosen = left.end();
    for (auto m = left.begin(); m != left.end(); ++m) {
      if (before == m->shard) continue;
      if (chosen == left.end()) chosen = m;
      auto rest = *this;
      rest.left.erase(rest.left.begin() + (m - left.begin()));
      if (!rest.can_follow(m->shard)) continue;
      chosen = m;
      break;
    }
    if (chosen == left.end()) chosen = left.begin();
    auto taken = std::move(*chosen);
    left.erase(chosen);
    return taken;
  }
};

void place(Phase phase, std::vector<Port>& order, std::optional<std::string>& last) {
  if (!phase.can_follow(last)) phase.after.reset();
  while (!phase.left.empty()) {
    const auto m = phase.take(last);
    last = m.shard;
    order.push_back(m.port);
  }
}

// The shard that the masters' phase would have to begin with, where they leave no choice.
std::optional<std::string> only_shard(const std::vector<Member>& members) {
  if (members.empty()) return std::nullopt;
  const auto& first = members.front().shard;
  const bool same = std::ranges::all_of(members, [&](const Member& m) { return m.shard == first; });
  return same ? std::optional(first) : std::nullopt;
}

}  // namespace

std::vector<Port> rolling_order(std::vector<Member> members) {
  std::ranges::sort(members, {}, &Member::port);
  for (auto& m : members)
    if (m.shard.empty()) m.shard = "of port " + std::to_string(m.port.n);
  Phase replicas;
  Phase masters;
  for (auto& m : members) (m.role == Role::replica ? replicas : masters).left.push_back(std::move(m));
  replicas.after = only_shard(masters.left);

  std::vector<Port> order;
  std::optional<std::string> last;
  place(std::move(replicas), order, last);
  place(std::move(masters), order, last);
  return order;
}

}  // namespace slotwarden::decide
