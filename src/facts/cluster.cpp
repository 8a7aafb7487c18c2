#include "facts/cluster.h"

#include <algorithm>
#include <charconv>

namespace slotwarden {

namespace {

std::optional<std::size_t> slot_number(std::string_view text) {
  std::size_t n = 0;
  const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (err != std::errc{} || end != text.data() + text.size() || n >= Slots{}.size()) return std::nullopt;
  return n;
}

bool add_range(Slots& into, std::string_view token) {
  const auto dash = token.find('-');
  const auto first = slot_number(token.substr(0, dash));
  const auto last = dash == token.npos ? first : slot_number(token.substr(dash + 1));
  if (!first || !last || *first > *last) return false;
  for (auto s = *first; s <= *last; ++s) into.set(s);
  return true;
}

template <class Wanted>
std::vector<const ClusterNode*> pick(const std::vector<ClusterNode>& nodes, Wanted wanted) {
  std::vector<const ClusterNode*> found;
  for (const auto& n : nodes)
    if (wanted(n)) found.push_back(&n);
  return found;
}

template <class Wanted>
const ClusterNode* first(const std::vector<ClusterNode>& nodes, Wanted wanted) {
  const auto at = std::ranges::find_if(nodes, wanted);
  return at == nodes.end() ? nullptr : &*at;
}

}  // namespace

std::string describe(const Slots& s) {
  std::string text;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!s[i]) continue;
    const auto begin = i;
    while (i + 1 < s.size() && s[i + 1]) ++i;
    if (!text.empty()) text += ' ';
    text += std::to_string(begin);
    if (i > begin) text += '-' + std::to_string(i);
  }
  return text;
}

std::optional<Slots> slots_from(std::string_view text) {
  Slots slots;
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (!add_range(slots, text.substr(0, space))) return std::nullopt;
    text = space == text.npos ? std::string_view{} : text.substr(space + 1);
  }
  return slots;
}

const ClusterNode* ClusterView::myself() const {
  return first(nodes, [](const ClusterNode& n) { return n.myself; });
}

const ClusterNode* ClusterView::find(const NodeId& id) const {
  return first(nodes, [&](const ClusterNode& n) { return n.id == id; });
}

const ClusterNode* ClusterView::owner(std::uint16_t slot) const {
  return first(nodes, [&](const ClusterNode& n) { return n.slots.test(slot); });
}

std::vector<const ClusterNode*> ClusterView::voters() const {
  return pick(nodes, [](const ClusterNode& n) { return n.role == Role::master && n.slots.any(); });
}

std::vector<const ClusterNode*> ClusterView::replicas_of(const NodeId& master) const {
  return pick(nodes, [&](const ClusterNode& n) { return n.role == Role::replica && n.master == master; });
}

std::uint16_t slot_of(std::string_view key) {
  if (const auto open = key.find('{'); open != key.npos)
    if (const auto close = key.find('}', open + 1); close != key.npos && close > open + 1)
      key = key.substr(open + 1, close - open - 1);
  unsigned crc = 0;
  for (const char c : key) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000u) != 0 ? (crc << 1) ^ 0x1021u : crc << 1;
    crc &= 0xffffu;
  }
  return static_cast<std::uint16_t>(crc % Slots{}.size());
}

}  // namespace slotwarden
