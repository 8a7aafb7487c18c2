// How many processors the host has to spare for children, measured together with how many of those were at work.
#pragma once

#include "formats/proc.h"

namespace slotwarden::run {

class SpareProcessors {
 public:
  // Called once a second or more often; measures since the last call that was a tenth of a second ago or longer.
  void count(int forks);
  // Between two of those: a child has begun.
  void forks_are(int forks);
  // `wanted`: by the policy; 0: as many as find a processor.
  [[nodiscard]] int leases(int wanted) const;

 private:
  formats::ProcessorTimes times_;
  double idle_ = 0;
  int forked_ = 0;  // at most, while that was measured
  int since_ = 0;   // at most, since then
};

}  // namespace slotwarden::run
