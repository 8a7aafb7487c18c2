#include "decide/transfer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::go, "whole-no-base", "The receiver holds no generation that the sender holds too: the whole file.", ""},
    {Ruling::go, "whole-other-process",
     "What both hold was saved by another process, which writes its keys in another order: the whole file.", ""},
    {Ruling::go, "whole-use-recorded",
     "By its maxmemory-policy the server writes into each record how it was used, so that all of them differ: the "
     "whole file.",
     ""},
    {Ruling::go, "whole-index", "The index of the base would take more memory than is allowed: the whole file.", ""},
    {Ruling::go, "whole-poor-delta",
     "Too much changed: the delta would be nearly as large as the file. The whole file.", ""},
    {Ruling::go, "whole-faster", "At the bandwidth that is allowed the whole file is there sooner than a delta.", ""},
    {Ruling::go, "delta-faster", "At the bandwidth that is allowed what changed is there sooner than the whole file.",
     ""},
});
static_assert(well_formed(rules));

constexpr std::array blocks{Bytes{512}, Bytes{1024}, Bytes{2048}, Bytes{4096}};
constexpr double presumed_change = 0.1;
constexpr double poor = 0.6;
// For each block its sums and its place in the table, which is between half and wholly full.
constexpr std::uint64_t index_bytes = 36;

using Seconds = std::chrono::duration<double>;

Seconds at(double bytes, Bytes speed) {
  return Seconds(bytes / static_cast<double>(std::max<std::uint64_t>(speed.n, 1)));
}

double count(Bytes b) {
  return static_cast<double>(b.n);
}

std::chrono::milliseconds rounded(Seconds s) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(s);
}

Seconds sending(const TransferEvidence& e, double bytes) {
  return std::max(at(bytes, e.speeds.plain), e.bandwidth ? at(bytes, *e.bandwidth) : Seconds(0));
}

struct Way {
  TransferMethod method;
  Bytes block;
  double travels;
  Seconds takes;
};

// A whole file is compressed while it is sent: the slower of the two counts.
Way whole(const TransferEvidence& e) {
  const double size = count(e.size);
  return {TransferMethod::whole, {}, size, sending(e, size)};
}

Way whole_squeezed(const TransferEvidence& e) {
  const double travels = count(e.size) * e.squeezed;
  return {
      TransferMethod::whole_squeezed, {}, travels, std::max(at(count(e.size), e.speeds.squeeze), sending(e, travels))};
}

// A delta is made, then sent, then applied.
Way delta(const TransferEvidence& e, Bytes block) {
  const double literal = literal_share(e, block) * count(e.size);
  const double travels = literal * e.squeezed;
  const auto takes = at(count(e.base_size), e.speeds.sign) + at(count(e.size) - literal, e.speeds.find) +
                     at(literal, e.speeds.miss) + sending(e, travels) + at(count(e.size), e.speeds.patch);
  return {TransferMethod::delta, block, travels, takes};
}

bool quicker(const Way& a, const Way& b) {
  return a.takes < b.takes;
}

TransferPlan as_plan(const RuleText& why, const Way& way, const Way& best_whole) {
  return {says(why),          way.method,
          way.block,          Bytes{static_cast<std::uint64_t>(way.travels)},
          rounded(way.takes), rounded(best_whole.takes)};
}

}  // namespace

std::span<const RuleText> transfer_rules() {
  return rules;
}

double literal_share(const TransferEvidence& e, Bytes block) {
  if (e.size.n == 0 || e.keys == 0) return 0;
  const double keys = static_cast<double>(e.keys);
  // Writes hit keys more than once.
  const double changed = e.writes ? 1 - std::exp(-static_cast<double>(*e.writes) / keys) : presumed_change;
  const double record = count(e.size) / keys;
  return 1 - std::pow(1 - changed, 1 + count(block) / record);
}

TransferPlan plan_transfer(const TransferEvidence& e) {
  const Way best_whole = std::min(whole(e), whole_squeezed(e), quicker);
  const auto send_whole = [&](const RuleText& why) { return as_plan(why, best_whole, best_whole); };
  if (e.base == DeltaBase::none) return send_whole(row_of(rules, "whole-no-base"));
  if (e.base == DeltaBase::other_process) return send_whole(row_of(rules, "whole-other-process"));
  if (e.records_use == Tri::yes) return send_whole(row_of(rules, "whole-use-recorded"));
  std::optional<Way> best;
  for (const Bytes block : blocks) {
    if (e.base_size.n / block.n * index_bytes > e.index_memory.n) continue;
    const Way way = delta(e, block);
    if (!best || quicker(way, *best)) best = way;
  }
  if (!best) return send_whole(row_of(rules, "whole-index"));
  if (best->travels > poor * count(e.size)) return send_whole(row_of(rules, "whole-poor-delta"));
  if (!quicker(*best, best_whole)) return send_whole(row_of(rules, "whole-faster"));
  return as_plan(row_of(rules, "delta-faster"), *best, best_whole);
}

}  // namespace slotwarden::decide
