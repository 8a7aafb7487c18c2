#include "decide/compare.h"

#include <algorithm>
#include <array>

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RelationText>({
    {"unknown", "not-whole", "One of the two is not known to be whole: nothing follows from what its header says."},
    {"unrelated", "other-shard", "They are of different shards."},
    {"same, fresher or staler", "same-history",
     "They are of one replication history: the one at the larger offset is the fresher."},
    {"fresher or staler", "earlier-history",
     "One is of the history that the other has continued since its promotion, and within it."},
    {"unrelated", "parted", "They were of one history and parted: each may hold what the other never had."},
    {"fresher or staler", "by-save-time",
     "They are of one shard, and no offsets can be compared: the one that was saved later counts as the fresher, as "
     "far as the hosts' clocks agree."},
    {"unknown", "same-time", "They are of one shard and were saved at the same time, and no offsets can be compared."},
    {"unrelated", "no-common-history",
     "They are of different replication histories, and nothing ties them to one shard."},
    {"unknown", "untold", "Nothing tells which of the two is the fresher."},
});

consteval RelationText rule(std::string_view name) {
  for (const auto& row : rules)
    if (row.rule == name) return row;
  throw "the table has no rule of this name";
}

Comparison says(Relation r, const RelationText& row) {
  return {r, row.rule, row.because};
}

bool whole(const Copy& c) {
  return c.state == DatasetState::valid || c.state == DatasetState::empty;
}

bool equal_and_known(const std::string& a, const std::string& b) {
  return !a.empty() && a == b;
}

// What a is to b by their places in one history.
Comparison by_offset(Offset a, Offset b, const RelationText& row) {
  auto c = says(a == b ? Relation::same : a > b ? Relation::fresher : Relation::staler, row);
  // As unsigned numbers the difference of any two offsets fits.
  const auto larger = static_cast<std::uint64_t>(std::max(a, b).n);
  c.bytes = larger - static_cast<std::uint64_t>(std::min(a, b).n);
  return c;
}

// `old` is of the history that `later` continued, and so far of nothing else.
bool within(const Copy& old, const Copy& later) {
  return later.second_offset && *old.offset <= *later.second_offset && *old.offset <= *later.offset;
}

std::optional<Comparison> by_histories(const Copy& a, const Copy& b) {
  if (!a.offset || !b.offset || a.replid.empty() || b.replid.empty()) return std::nullopt;
  if (equal_and_known(a.replid, b.replid)) return by_offset(*a.offset, *b.offset, rule("same-history"));
  const bool a_before = equal_and_known(a.replid, b.replid2);
  const bool b_before = equal_and_known(b.replid, a.replid2);
  // Each the other's past: that cannot be, so nothing is believed.
  if (a_before && b_before) return std::nullopt;
  if (a_before && within(a, b)) {
    auto c = by_offset(*a.offset, *b.offset, rule("earlier-history"));
    c.relation = Relation::staler;
    return c;
  }
  if (b_before && within(b, a)) {
    auto c = by_offset(*a.offset, *b.offset, rule("earlier-history"));
    c.relation = Relation::fresher;
    return c;
  }
  if (a_before || b_before || equal_and_known(a.replid2, b.replid2)) return says(Relation::unrelated, rule("parted"));
  return std::nullopt;
}

}  // namespace

Comparison compare(const Copy& a, const Copy& b) {
  if (!whole(a) || !whole(b)) return says(Relation::unknown, rule("not-whole"));
  if (!a.shard.empty() && !b.shard.empty() && a.shard != b.shard) return says(Relation::unrelated, rule("other-shard"));
  if (auto told = by_histories(a, b)) return *told;
  const bool tied = equal_and_known(a.shard, b.shard) || equal_and_known(a.replid, b.replid);
  if (tied && a.saved_unix && b.saved_unix) {
    if (*a.saved_unix == *b.saved_unix) return says(Relation::unknown, rule("same-time"));
    const bool later = *a.saved_unix > *b.saved_unix;
    auto c = says(later ? Relation::fresher : Relation::staler, rule("by-save-time"));
    c.time = std::chrono::seconds(later ? *a.saved_unix - *b.saved_unix : *b.saved_unix - *a.saved_unix);
    return c;
  }
  if (!tied && !a.replid.empty() && !b.replid.empty() && a.replid != b.replid)
    return says(Relation::unrelated, rule("no-common-history"));
  return says(Relation::unknown, rule("untold"));
}

std::optional<Offset> place_in_stream(const Copy& of, const Copy& in) {
  if (!of.offset || !in.offset) return std::nullopt;
  if (equal_and_known(of.replid, in.replid)) return of.offset;
  return equal_and_known(of.replid, in.replid2) && within(of, in) ? of.offset : std::nullopt;
}

std::span<const RelationText> compare_rules() {
  return rules;
}

}  // namespace slotwarden::decide
