// The rules of the succession, in the order in which they are tried; decide/succession.cpp picks from them by name.
#pragma once

#include "decide/rules.h"

namespace slotwarden::decide {

inline constexpr auto succession_table = std::to_array<RuleText>({
    {Ruling::go, "settled",
     "A majority of the masters shows every slot of this server at another node, at a higher epoch.", ""},
    {Ruling::wait, "asked", "A replica has agreed to take over and has not won yet.",
     "Ends when the replica has won, or after the policy's patience with it."},
    {Ruling::wait, "cold-start",
     "This host has just booted and no other master answers: the whole cluster may be starting, and it is not known "
     "who holds the newest data.",
     "Ends when other masters answer. If the whole site was down: compare what the members of each shard hold "
     "(`slotwardenctl explain PORT` on their hosts), and start the member with the newest data first: `slotwardenctl "
     "start PORT --force --reason \"…\"`."},
    {Ruling::wait, "cut-off",
     "No other master answers. Most likely it is this host that is cut off, and a successor may have been elected "
     "where we cannot see it.",
     "Ends when another master answers. Look at this host's network, and at the password or certificates that the "
     "other servers want. Only when they are certainly all down: `slotwardenctl start PORT --force --reason \"…\"`."},
    {Ruling::wait, "lost-majority", "Fewer than a majority of the masters answer, so no replica can be elected.",
     "Ends when a majority answers: bring the other masters back first. If they cannot come back and are certainly "
     "dead, either promote this shard's best replica (`redis-cli -h HOST -p PORT CLUSTER FAILOVER TAKEOVER`, sent to "
     "the replica), or, if this host holds the newest data, `slotwardenctl start PORT --force --reason \"…\"`."},
    {Ruling::wait, "successor-seen", "Another node already acts as its successor, and a majority does not show it yet.",
     "Ends when a majority of the masters agrees. If it lasts, their views differ: compare CLUSTER NODES on each of "
     "them; `slotwardenctl explain PORT` lists what was seen."},
    {Ruling::go, "no-replica", "It has no replica: nobody can take its slots over.", ""},
    {Ruling::go, "never-synced", "No replica holds any of its data: none has completed a sync.", ""},
    {Ruling::go, "all-staler", "The dataset on this host is whole, and no replica is ahead of it.", ""},
    {Ruling::wait, "off", "Nobody is asked to take over: the choice of a successor is left to the cluster.",
     "Ends with the cluster's own election. Whether slotwarden asks is `ask` in the policy's section [succession]."},
    {Ruling::wait, "vote-clock",
     "The voters have voted about this master a short while ago, or its best replica has just stood for election: "
     "asking again so soon would only make it slower.",
     "Ends when that time is over, or sooner with the cluster's own election."},
    {Ruling::wait, "one-at-a-time",
     "A replica of another shard is being asked right now, and two elections at once would split the votes.",
     "Ends when that election is over."},
    {Ruling::wait, "its-turn",
     "Other masters died at the same moment, and their hosts ask first: two requests in one epoch would split the "
     "votes.",
     "Ends by itself within a quarter of a second for each of them."},
    {Ruling::wait, "force-spent",
     "Its best replica was asked and did not win; asked again so soon, it would only stall for longer.",
     "Ends with the cluster's own election, or when the replica may be asked again."},
    {Ruling::wait, "silent-replica", "A replica that may hold the newest data has not answered yet.",
     "Ends when it answers, or after the policy's patience with silent replicas."},
    {Ruling::wait, "best-replica", "The best replica that was attached when its master died is asked to take over.",
     "Ends when the replica has won and a majority agrees."},
    {Ruling::wait, "local-unread",
     "The replicas that answer had lost touch with their master, and the dataset on this host, which may be newer, has "
     "not been read yet.",
     "Ends when the dataset was read."},
    {Ruling::wait, "local-unplaced",
     "The replicas that answer had lost touch with their master. The dataset on this host is whole, but does not tell "
     "how new it is, so nobody can say which of them would lose data.",
     "Ends with the cluster's own election, or when a better replica answers. If the dataset on this host is the newer "
     "one: `slotwardenctl start PORT --force --reason \"…\"`. If the replica's is: `redis-cli -h HOST -p PORT CLUSTER "
     "FAILOVER FORCE`, sent to the replica."},
    {Ruling::wait, "late-replica",
     "The best replica left had lost touch with its master before the death, and nothing newer is known: it is asked "
     "to take over, and what it lacks is reported as lost.",
     "Ends when the replica has won and a majority agrees."},
    {Ruling::wait, "replicas-loading", "A replica is still loading its dataset, and may hold the newest data.",
     "Ends when it has loaded."},
    {Ruling::wait, "replicas-unheard",
     "There are replicas, and none of them can be asked to take over or ruled out: they do not answer, or their data "
     "cannot be compared with this host's.",
     "Ends when a replica answers and is synced, or when the other masters no longer list it (CLUSTER FORGET, for one "
     "that is gone for good). If the dataset on this host is the newest: `slotwardenctl start PORT --force --reason "
     "\"…\"`."},
});
static_assert(well_formed(succession_table));

}  // namespace slotwarden::decide
