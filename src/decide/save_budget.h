// The memory and disk that forks may still take, and who has been promised what. Part of plan_saves().
#pragma once

#include <map>
#include <vector>

#include "decide/save.h"

namespace slotwarden::decide {

class SaveBudget {
 public:
  // What the forks under way will still copy is taken off at once.
  explicit SaveBudget(const SaveEvidence& e);

  [[nodiscard]] bool fits(const SaveCandidate& c, Bytes predicted) const;
  // Whether it would, were the forks that are at work now over.
  [[nodiscard]] bool would_fit(const SaveCandidate& c, Bytes predicted) const;
  // By how much it would not; 0 where it would.
  [[nodiscard]] Bytes lacks(const SaveCandidate& c, Bytes predicted) const;
  [[nodiscard]] bool disk_fits(const SaveCandidate& c) const;
  void take(const SaveCandidate& c, Bytes predicted);

 private:
  std::vector<Bytes> left_;                  // of each domain
  std::vector<Bytes> left_alone_;            // once all forks have ended
  std::map<std::uint64_t, Bytes> promised_;  // by device
};

}  // namespace slotwarden::decide
