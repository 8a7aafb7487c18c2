// What is done about a child while it copies memory.
#pragma once

#include "decide/rules.h"

namespace slotwarden::decide {

inline constexpr auto save_watch_table = std::to_array<RuleText>({
    {Ruling::go, "quiet", "Nothing forks.", ""},
    {Ruling::refuse, "out-of-memory",
     "The memory that is left is nearly used up: the save is ended before the kernel ends a server.",
     "It is tried again by itself, later and later. Add memory, lower a maxmemory, or allow a cache to yield some: "
     "`yields_percent` in its policy's section [save]."},
    {Ruling::refuse, "hangs",
     "The child takes many times as long as it should: it is ended, and others get their turn.",
     "It is tried again by itself. Look at the disk, and at who stopped the child."},
    {Ruling::refuse, "for-nobody",
     "The child was begun for replicas that have gone, and the server was saved a short while ago: it is ended.",
     "The next replica that asks gets a child of its own."},
    {Ruling::go, "fits", "What is still to be copied fits into the memory that is left.", ""},
    {Ruling::wait, "make-room",
     "What is still to be copied does not fit: servers that may yield memory are made smaller.",
     "Ends with the save; what was lowered is put back."},
    {Ruling::wait, "helpless", "The memory is nearly used up by a child that slotwarden may not end.",
     "Ends with that child. Look for what else uses memory on this host."},
    {Ruling::wait, "tight", "What is still to be copied does not fit, and nobody may yield: it is ended if need be.",
     "Ends with the save, or with more memory."},
});
static_assert(well_formed(save_watch_table), "each rule once, with its sentences");

}  // namespace slotwarden::decide
