// Why a server is saved now, or what it waits for, in the order in which the rules are tried.
#pragma once

#include "decide/rules.h"

namespace slotwarden::decide {

inline constexpr auto save_table = std::to_array<RuleText>({
    {Ruling::refuse, "not-scheduled", "The server saves by its own save points; slotwarden only counts its forks.",
     "`schedule` in the policy's section [save]."},
    {Ruling::refuse, "no-save-points", "The server's own settings have no save points, and the policy leaves it so.",
     "`even_without_points` in the policy's section [save], or: `slotwardenctl save PORT`."},
    {Ruling::wait, "not-serving", "It is not running, or it is still loading.", "Ends when it serves."},
    {Ruling::wait, "blind", "It is not known how much memory is left, so nothing may fork.",
     "Ends when /proc/meminfo can be read again."},
    {Ruling::wait, "forked", "A child of this server is at work already, and it can have only one.",
     "Ends with that child: `slotwardenctl saves` shows it."},
    {Ruling::wait, "failed-lately", "Its last save failed or was ended a short while ago.",
     "Ends by itself; each further failure doubles the wait. What went wrong is in: `slotwardenctl events PORT`."},
    {Ruling::wait, "not-synced", "It is a replica whose link to its master is down: it holds no newer data to save.",
     "Ends when the link is up again."},
    {Ruling::wait, "nothing-new", "Nothing was written since its last save.", "Ends with the next write."},
    {Ruling::wait, "fresh", "Its last save is younger than the policy's shortest interval.", "Ends by itself."},
    {Ruling::wait, "other-saves", "Another member of its shard saves: the healthy replica with the lowest node id.",
     "Ends when its own copy is older than the policy's `others_longest`, or when the other one fails."},
    {Ruling::wait, "window", "It is not yet so late that it would be saved outside the policy's windows.",
     "Ends when a window opens, or after the policy's longest interval."},
    {Ruling::wait, "pressure", "Processes of this host are waiting for memory right now.",
     "Ends when the pressure does, or after twice the policy's longest interval."},
    {Ruling::wait, "no-disk", "The new file does not fit beside the present one.",
     "Make room on the device of its data directory."},
    {Ruling::wait, "leases", "As many servers of this host as are allowed to are forking now.",
     "Ends with the first of those children."},
    {Ruling::wait, "makes-room", "A server that is more overdue gets the memory first.",
     "Ends when that one has been saved."},
    {Ruling::wait, "no-memory", "What it would copy while it saves does not fit into the memory that is left.",
     "Ends when there is memory: servers whose policy `yields_percent` allows it are made smaller first. Otherwise "
     "add memory, or lower a maxmemory."},
    {Ruling::go, "rewrite", "Its append-only file has grown beyond the policy's measure, and memory allows it.", ""},
    {Ruling::go, "asked", "The operator asked for it, and memory allows it.", ""},
    {Ruling::go, "due", "It is the most overdue of those that memory allows.", ""},
});
static_assert(well_formed(save_table), "each rule once, with its sentences");

}  // namespace slotwarden::decide
