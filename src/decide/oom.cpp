#include "decide/oom.h"

#include <csignal>

namespace slotwarden::decide {

namespace {

Tri grown(const OomCounts& c) {
  if (!c.before || !c.after) return Tri::unknown;
  return *c.after > *c.before ? Tri::yes : Tri::no;
}

}  // namespace

Tri killed_for_memory(const OomEvidence& e) {
  if (e.status.code || (e.status.signal && *e.status.signal != SIGKILL)) return Tri::no;
  if (grown(e.host) == Tri::no) return Tri::no;
  const bool may_be_its_child = !e.status.signal && e.child_at_work;
  const auto in_group = grown(e.group);
  return in_group == Tri::yes && may_be_its_child ? Tri::unknown : in_group;
}

}  // namespace slotwarden::decide
