#include "decide/retention.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::go, "last-good", "It is the newest of its shard that is whole and has keys: that one is never removed.",
     ""},
    {Ruling::go, "in-place", "It is the file that the server would load now: to remove it would free nothing.", ""},
    {Ruling::refuse, "over-budget", "The disk budget is spent by newer generations.",
     "A larger `backup.disk_budget` in its policy."},
    {Ruling::refuse, "disk-short", "Its file system has less free than the policy wants, and this is the oldest.",
     "Room on that disk, or a smaller `backup.least_free_percent` in its policy."},
    {Ruling::go, "newest", "It is one of the newest.", ""},
    {Ruling::go, "hourly", "It is the newest of its hour.", ""},
    {Ruling::go, "daily", "It is the newest of its day.", ""},
    {Ruling::go, "weekly", "It is the newest of its week.", ""},
    {Ruling::refuse, "outdated", "The policy keeps none of its age.",
     "More of `backup.keep_last`, `hourly`, `daily` or `weekly` in its policy."},
});
static_assert(well_formed(rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}

std::int64_t period(std::int64_t unix_seconds, std::int64_t length, std::int64_t shift = 0) {
  const auto at = unix_seconds + shift;
  return at / length - (at % length < 0 ? 1 : 0);
}

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t week = 7 * day;
constexpr std::int64_t since_monday = 3 * day;  // the epoch was a Thursday

// Counts distinct periods from the newest on: whether this one is the newest of one of the first `most`.
class Periods {
 public:
  Periods(int most, std::int64_t length, std::int64_t shift = 0) : most_(most), length_(length), shift_(shift) {}
  bool take(std::int64_t unix_seconds) {
    const auto now = period(unix_seconds, length_, shift_);
    if (last_ == now) return false;
    last_ = now;
    return seen_ < most_ && ++seen_ <= most_;
  }

 private:
  int most_;
  std::int64_t length_;
  std::int64_t shift_;
  int seen_ = 0;
  std::optional<std::int64_t> last_;
};

struct Shelf {
  explicit Shelf(const BackupPolicy& p)
      : left(p.keep_last), hours(p.hourly, hour), days(p.daily, day), weeks(p.weekly, week, since_monday) {}
  bool has_good = false;
  int left;
  Periods hours, days, weeks;

  // All of the periods are counted, whichever names the rule.
  RuleText by_age(const Generation& g) {
    const bool newest = left > 0 && left-- > 0;
    const bool of_hour = hours.take(g.saved_unix);
    const bool of_day = days.take(g.saved_unix);
    const bool of_week = weeks.take(g.saved_unix);
    if (newest) return rule("newest");
    if (of_hour) return rule("hourly");
    if (of_day) return rule("daily");
    return of_week ? rule("weekly") : rule("outdated");
  }
};

std::vector<std::size_t> newest_first(const std::vector<Generation>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t n) { return all[n].saved_unix; });
  return order;
}

bool never_goes(const Verdict& v) {
  return v.rule == "last-good" || v.rule == "in-place";
}

// What stays by age may still be too much: the oldest go first, but for those that never go.
void keep_to_the_budget(const RetentionEvidence& e, const std::vector<std::size_t>& order, std::vector<Verdict>& all) {
  if (e.policy.disk_budget == 0) return;
  // Those that never go take their share first.
  std::uint64_t taken = 0;
  for (const auto n : order)
    if (never_goes(all[n])) taken += e.generations[n].size.n;
  bool spent = false;
  for (const auto n : order) {
    if (all[n].ruling != Ruling::go || never_goes(all[n])) continue;
    taken += e.generations[n].size.n;
    spent = spent || taken > e.policy.disk_budget;
    if (spent) all[n] = says(rule("over-budget"));
  }
}

void keep_the_disk_free(const RetentionEvidence& e, const std::vector<std::size_t>& order, std::vector<Verdict>& all) {
  if (e.total.n == 0) return;
  const auto wanted = e.total.n / 100 * static_cast<std::uint64_t>(e.policy.least_free_percent);
  auto free = e.free.n;
  for (std::size_t n = 0; n < all.size(); ++n)
    if (all[n].ruling != Ruling::go) free += e.generations[n].size.n;
  for (auto n = order.rbegin(); n != order.rend() && free < wanted; ++n) {
    if (all[*n].ruling != Ruling::go || never_goes(all[*n])) continue;
    all[*n] = says(rule("disk-short"));
    free += e.generations[*n].size.n;
  }
}

}  // namespace

std::vector<Verdict> retention(const RetentionEvidence& e) {
  const auto order = newest_first(e.generations);
  std::vector<Verdict> all(e.generations.size());
  std::map<std::string, Shelf> shelves;
  for (const auto n : order) {
    const auto& g = e.generations[n];
    auto& shelf = shelves.try_emplace(g.shard, e.policy).first->second;
    const auto by_age = shelf.by_age(g);
    const bool last_good = g.good && !shelf.has_good;
    shelf.has_good = shelf.has_good || g.good;
    all[n] = says(last_good ? rule("last-good") : g.in_place ? rule("in-place") : by_age);
  }
  keep_to_the_budget(e, order, all);
  keep_the_disk_free(e, order, all);
  return all;
}

std::span<const RuleText> retention_rules() {
  return rules;
}

}  // namespace slotwarden::decide
