#include <algorithm>
#include <array>

#include "formats/cluster_nodes.h"
#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

bool read(std::string_view text, int& into) {
  const auto n = whole_number<int>(text);
  into = n.value_or(0);
  return n && *n >= 0;
}
bool read(std::string_view text, Epoch& into) {
  const auto n = whole_number<std::uint64_t>(text);
  into.n = n.value_or(0);
  return n.has_value();
}
bool read(std::string_view text, bool& into) {
  into = text == "ok";
  return into || text == "fail";
}

template <auto Member>
bool into(std::string_view text, ClusterInfo& info) {
  return read(text, info.*Member);
}

struct Field {
  std::string_view name;
  bool (*read)(std::string_view, ClusterInfo&);
};

using I = ClusterInfo;
constexpr std::array fields{
    Field{"cluster_state", into<&I::state_ok>},
    Field{"cluster_slots_assigned", into<&I::slots_assigned>},
    Field{"cluster_slots_ok", into<&I::slots_ok>},
    Field{"cluster_slots_pfail", into<&I::slots_pfail>},
    Field{"cluster_slots_fail", into<&I::slots_fail>},
    Field{"cluster_known_nodes", into<&I::known_nodes>},
    Field{"cluster_size", into<&I::size>},
    Field{"cluster_current_epoch", into<&I::current_epoch>},
    Field{"cluster_my_epoch", into<&I::my_epoch>},
};

}  // namespace

Result<ClusterInfo> cluster_info(std::string_view reply) {
  if (!reply.ends_with('\n')) return Error{"the reply to CLUSTER INFO is empty or cut off"};
  ClusterInfo info;
  std::array<bool, fields.size()> seen{};
  Lines lines(reply);
  while (auto line = lines.next()) {
    if (line->ends_with('\r')) line->remove_suffix(1);
    const auto name = take_until(*line, ':');
    const auto field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) continue;
    if (!field->read(*line, info)) return line_error(lines.number(), std::string(name) + " has an unreadable value");
    seen[static_cast<std::size_t>(field - fields.begin())] = true;
  }
  const auto missing = std::ranges::find(seen, false);
  if (missing == seen.end()) return info;
  return Error{"the reply to CLUSTER INFO lacks " +
               std::string(fields[static_cast<std::size_t>(missing - seen.begin())].name)};
}

}  // namespace slotwarden::formats
