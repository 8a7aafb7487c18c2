#include "decide/save_control.h"

#include <algorithm>
#include <cstdint>

namespace slotwarden::decide {

namespace {

constexpr auto save_setting = "save";
constexpr auto rewrite_setting = "auto-aof-rewrite-percentage";

// Between one and two longest intervals from now, in whole ones, so that it is rarely moved.
std::string later_save_point(const ControlEvidence& e) {
  using std::chrono::milliseconds;
  const auto longest = std::max<std::int64_t>(e.longest.count(), 1'000);
  const auto age = std::max<std::int64_t>(e.age.count(), 0);
  const auto times = std::max<std::int64_t>(2, (age + longest - 1) / longest + 1);
  return std::to_string(times * longest / 1'000) + " 1";
}

std::string larger_growth(const ControlEvidence& e) {
  const std::int64_t measure = 4LL * std::max(e.growth_allowed, 1);
  const auto now = std::max<std::int64_t>(e.growth_percent, 0);
  return std::to_string(measure * (now / measure + 1));
}

// One setting: what is the server's own, what is to be in force.
struct Taken {
  std::string& own;
  std::string& from;
  std::string& to;
};

// Whether anything is to be set.
bool take(const Taken& t, const std::string& seen, const std::string& wanted) {
  if (seen == t.to && seen == wanted) return false;
  // Neither what was found nor what was put there: somebody has set it anew, or the server has read its file.
  if (seen != t.from && seen != t.to) t.own = seen;
  t.from = seen;
  t.to = wanted;
  return seen != wanted;
}

bool off(const std::string& save) {
  return save.empty();
}

}  // namespace

ControlPlan control_saves(const ControlEvidence& e) {
  ControlPlan plan;
  if (!e.wanted) {
    if (!e.taken) return plan;
    const auto& t = *e.taken;
    const auto put_back = [&](const char* name, const std::string& seen, const std::string& from, const std::string& to,
                              const std::string& own) {
      if (seen != own && (seen == from || seen == to)) plan.set.push_back({name, own});
    };
    put_back(save_setting, e.save, t.save_from, t.save_to, t.save);
    put_back(rewrite_setting, e.rewrite_percentage, t.rewrite_from, t.rewrite_to, t.rewrite_percentage);
    plan.forget = true;
    return plan;
  }
  auto t = e.taken.value_or(
      TakenSettings{e.save, e.rewrite_percentage, e.save, e.save, e.rewrite_percentage, e.rewrite_percentage});
  // What its owner has switched off stays off.
  const auto save = off(e.save) ? e.save : later_save_point(e);
  const auto rewrite = e.rewrite_percentage == "0" ? e.rewrite_percentage : larger_growth(e);
  const Taken points{t.save, t.save_from, t.save_to};
  const Taken growth{t.rewrite_percentage, t.rewrite_from, t.rewrite_to};
  if (take(points, e.save, save)) plan.set.push_back({save_setting, save});
  if (take(growth, e.rewrite_percentage, rewrite)) plan.set.push_back({rewrite_setting, rewrite});
  if (t != e.taken) plan.remember = std::move(t);
  return plan;
}

}  // namespace slotwarden::decide
