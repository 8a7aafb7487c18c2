#include "decide/elections.h"

namespace slotwarden::decide {

PutOffStep after_restore(const PutOffEvidence& e) {
  if (!e.answered) return PutOffStep::keep;
  if (!e.same_process || !e.still_set) return PutOffStep::forget;
  if (e.role != Role::replica || !e.follows) return PutOffStep::put_back;
  switch (e.master) {
    case Restored::coming: return PutOffStep::keep;
    case Restored::gone: return PutOffStep::put_back;
    case Restored::serving: break;
  }
  return e.misses_master ? PutOffStep::keep : PutOffStep::put_back;
}

}  // namespace slotwarden::decide
