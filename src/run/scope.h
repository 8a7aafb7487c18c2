// Each running server in a systemd scope of its own.
#pragma once

#include "run/services.h"

namespace slotwarden::run {

// Begins to move the running process of `i` there, limited as its policy says, and returns at once. Started and taken
// back servers alike, and again when the policy changed; without systemd nothing happens. The server runs already: it
// loses nothing by it, and a systemd that is slow or refuses delays no start.
void enter_scope(Instance& i, Services& s);

// How often the kernel has ended a process of its scope for want of memory, seen now: into `i.group_oom`. To be looked
// at often while it runs, since its children are in the scope too.
void look_at_scope(Instance& i);

}  // namespace slotwarden::run
