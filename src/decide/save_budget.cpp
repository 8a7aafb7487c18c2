#include "decide/save_budget.h"

#include <algorithm>

namespace slotwarden::decide {

SaveBudget::SaveBudget(const SaveEvidence& e) {
  for (const auto& d : e.memory.value_or(std::vector<MemoryDomain>{})) {
    left_.push_back(d.available - d.reserve);
    left_alone_.push_back(d.available);
  }
  for (const auto& f : e.forks)
    for (const auto d : f.domains) {
      if (d >= left_.size()) continue;
      left_[d] = left_[d] - (f.predicted - f.cow);
      left_alone_[d] = left_alone_[d] + f.cow;
    }
  for (std::size_t d = 0; d < left_alone_.size(); ++d) left_alone_[d] = left_alone_[d] - (*e.memory)[d].reserve;
}

bool SaveBudget::fits(const SaveCandidate& c, Bytes predicted) const {
  return std::ranges::all_of(c.domains, [&](auto d) { return d < left_.size() && predicted <= left_[d]; });
}

bool SaveBudget::would_fit(const SaveCandidate& c, Bytes predicted) const {
  return lacks(c, predicted).n == 0;
}

Bytes SaveBudget::lacks(const SaveCandidate& c, Bytes predicted) const {
  Bytes most;
  for (const auto d : c.domains) most = std::max(most, d < left_alone_.size() ? predicted - left_alone_[d] : predicted);
  return most;
}

bool SaveBudget::disk_fits(const SaveCandidate& c) const {
  if (!c.disk_free) return false;
  const auto at = promised_.find(c.device);
  return c.file + (at == promised_.end() ? Bytes{} : at->second) <= *c.disk_free;
}

void SaveBudget::take(const SaveCandidate& c, Bytes predicted) {
  for (const auto d : c.domains) {
    if (d >= left_.size()) continue;
    left_[d] = left_[d] - predicted;
    left_alone_[d] = left_alone_[d] - predicted;
  }
  promised_[c.device] = promised_[c.device] + c.file;
}

}  // namespace slotwarden::decide
