// Each running server in a systemd scope of its own.
#pragma once

#include "run/services.h"

namespace slotwarden::run {

// Begins to move the running process of `i` there, limited as its policy says, and returns at once. Started and taken
// back servers alike, and again when the policy changed; without systemd nothing happens. The server runs already: it
// loses nothing by it, and a systemd that is slow or refuses delays no start.
void enter_scope(Instance& i, Services& s);

}  // namespace slotwarden::run
