// What is done about replicas that ask for a full sync, in the order in which the rules are tried.
#pragma once

#include "decide/rules.h"

namespace slotwarden::decide {

inline constexpr auto full_sync_table = std::to_array<RuleText>({
    {Ruling::go, "sync-none", "No replica asks it for a full sync.", ""},
    {Ruling::go, "sync-begun", "It sends its data to replicas.", ""},
    {Ruling::go, "sync-own-way",
     "It cannot be kept waiting: it sends by way of a file, begins with a certain number of replicas, or is left to "
     "itself.",
     ""},
    {Ruling::wait, "sync-turn",
     "As many masters of this host as are allowed to are sending their data to replicas; its replicas wait with theirs "
     "intact.",
     "Ends with the first of those syncs: `slotwardenctl saves` shows them. `saves.full_syncs_at_once` in host.toml."},
    {Ruling::wait, "sync-memory",
     "What its child would copy does not fit into the memory that is left; its replicas wait with their data intact.",
     "Ends when there is memory. Add some, lower a maxmemory, or look for what else uses it on this host."},
    {Ruling::go, "sync-begins", "It is its turn, and memory allows it.", ""},
});
static_assert(well_formed(full_sync_table), "each rule once, with its sentences");

}  // namespace slotwarden::decide
