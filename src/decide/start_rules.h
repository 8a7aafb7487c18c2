// The rules of the start gate, in the order in which they are tried; decide/start.cpp picks from them by name.
#pragma once

#include "decide/rules.h"

namespace slotwarden::decide {

inline constexpr auto start_table = std::to_array<RuleText>({
    {Ruling::refuse, "operator-stop", "The operator wants it down.", "`slotwardenctl start PORT`"},
    {Ruling::refuse, "operator-hold", "It is held: no start until it is released.", "`slotwardenctl release PORT`"},
    {Ruling::refuse, "unusable",
     "It cannot be run: its program or its own configuration file is missing, unreadable, or disagrees with "
     "slotwarden's configuration.",
     "Mend what `slotwardenctl explain PORT` names, then `slotwardenctl start PORT`."},
    {Ruling::refuse, "restarts-spent", "It ended too often in too short a time, and is not started again by itself.",
     "`slotwardenctl tail PORT` shows what it said last. Mend the cause, then `slotwardenctl start PORT`: the count "
     "begins anew."},
    {Ruling::refuse, "directory-taken", "Another process or another supervisor uses its data directory.",
     "Stop the process that `slotwardenctl explain PORT` names; the start follows by itself."},
    {Ruling::refuse, "port-taken", "Another process listens on its port or on its cluster bus port.",
     "Stop the process that `slotwardenctl explain PORT` names; the start follows by itself."},
    {Ruling::wait, "orphans",
     "Children of the dead server still run, and could yet replace its dataset; they are being ended.",
     "Ends when they are gone."},
    {Ruling::wait, "backoff", "It ended soon after its start, and cools down before the next try.",
     "Ends by itself. Not to wait for it: `slotwardenctl start PORT`."},
    {Ruling::refuse, "directory-unwritable",
     "Its data directory cannot be written by the server's user, and a server that cannot save nodes.conf ends at "
     "once.",
     "Mend the directory, its mount, its owner or its mode; the start follows by itself."},
    {Ruling::refuse, "disk-full",
     "The disk of its data directory is full, and a server that cannot save nodes.conf ends at once.",
     "Make room on that disk (not by deleting datasets); the start follows by itself."},
    {Ruling::wait, "host-unknown",
     "It is not known yet whether its port, its directory and its disk are fit for a start.",
     "Ends when the host's facts could be read; `slotwardenctl explain PORT` shows which one is missing."},
    {Ruling::go, "not-a-cluster-node", "It is not a cluster node: no other node can own its slots.", ""},
    {Ruling::refuse, "nodes-damaged",
     "Its nodes.conf is damaged: the server would end at once, or come back as somebody else.",
     "Put a good copy of nodes.conf back into the data directory; it must have this node's own line, marked myself. If "
     "there is none: move the damaged file away, keeping it, and see rule nodes-lost."},
    {Ruling::refuse, "nodes-lost",
     "Its nodes.conf is gone although it has been a cluster node: it would come back as a new node, and its slots "
     "would "
     "stay with the old one.",
     "Put a copy of nodes.conf back, or mount the disk that holds it. If it is lost for good: `slotwardenctl start "
     "PORT "
     "--force --reason \"…\"` starts it as a new node without slots, with any dataset moved aside; then add it as a "
     "replica."},
    {Ruling::refuse, "foreign-identity",
     "Its nodes.conf is another node's: two servers with one identity would tear the cluster's view apart.",
     "Put this node's own nodes.conf back, or correct `dir` in the server's configuration. If the change is meant to "
     "be: "
     "move nodes.conf away, keeping it, and see rule nodes-lost."},
    {Ruling::wait, "identity-unknown",
     "It is not known yet which node it is, which role it has and whether it owns slots.",
     "Ends when its configuration and its nodes.conf could be read; `slotwardenctl explain PORT` shows what is "
     "missing."},
    {Ruling::go, "first-start",
     "Its first start: no record, no nodes.conf, and nothing on disk that speaks against it.", ""},
    {Ruling::go, "never-owned", "It is a master without slots: it can take nothing from anybody.", ""},
    {Ruling::wait, "replicas-turn",
     "As many servers of this host as are allowed to are loading their data; replicas come back in turn.",
     "Ends with the first of those. `saves.replica_starts_at_once` in host.toml."},
    {Ruling::go, "replica", "It is a replica: it refills itself from its master.", ""},
    {Ruling::go, "forced", "The operator has said that it shall start, and why.", ""},
    {Ruling::go, "settled", "Its slots belong to another node now: it comes back as that node's replica.", ""},
    {Ruling::go, "in-place", "The operator has given up the hand-over, and its dataset is whole.", ""},
    {Ruling::go, "cache-waited",
     "Its policy lets data go, and a successor cannot be had or was waited for long enough.", ""},
    {Ruling::wait, "cold-start",
     "It owned slots, this host has just booted, and no other master answers: it is not known yet which copy of its "
     "shard is the newest.",
     "Ends when the other masters answer. If the whole site was down: compare what the members of the shard hold "
     "(`slotwardenctl explain PORT` on their hosts), and start the one with the newest data first: `slotwardenctl "
     "start "
     "PORT --force --reason \"…\"`."},
    {Ruling::wait, "lost-majority",
     "It owned slots, and so many masters are down that no successor can be elected; a replica may hold newer data.",
     "Ends when a majority of the masters answers: bring the others back first. If they cannot come back and are "
     "certainly dead, either promote this shard's best replica (`redis-cli -h HOST -p PORT CLUSTER FAILOVER TAKEOVER`, "
     "sent to the replica), or, if this host holds the newest data, `slotwardenctl start PORT --force --reason "
     "\"…\"`."},
    {Ruling::wait, "cut-off",
     "It owned slots, and no other master answers. Most likely it is this host that is cut off, and a successor may "
     "serve its slots elsewhere.",
     "Ends when another master answers. Look at this host's network, and at the password or certificates that the "
     "other "
     "servers want. Only when they are certainly all down and this host holds the newest data: `slotwardenctl start "
     "PORT --force --reason \"…\"`."},
    {Ruling::wait, "succession-open", "It owned slots, and who owns them now is being settled.",
     "Ends when a successor is agreed, or when it is proven that there can be none. `slotwardenctl explain PORT` shows "
     "what is still missing. If it lasts and this host holds the newest data: `slotwardenctl start PORT --force "
     "--reason "
     "\"…\"`."},
    {Ruling::wait, "dataset-unread", "Its dataset has not been looked at yet.", "Ends when it was read and verified."},
    {Ruling::wait, "kept-unread",
     "Its dataset is missing, damaged or shrunken, and the copies that are kept of it have not been verified yet.",
     "Ends when they were read."},
    {Ruling::wait, "kept-copy",
     "Its dataset is missing, damaged or shrunken, and a whole copy that is kept of it is being put in its place.",
     "Ends when the copy is in place; what was there is kept."},
    {Ruling::refuse, "empty-dataset",
     "It would come back empty although it held data, or without a record of what it held; its replicas would copy the "
     "emptiness.",
     "`slotwardenctl accept-data PORT --from FILE --reason \"…\"` puts the newest whole dump in its place (a backup, "
     "or "
     "the file of a replica); the start follows by itself. Or promote a replica that holds the data. To accept the "
     "loss: `slotwardenctl start PORT --force --reason "
     "\"…\"`."},
    {Ruling::refuse, "bad-dataset", "Its dataset is damaged, foreign, or too new for this server.",
     "`slotwardenctl accept-data PORT --from FILE --reason \"…\"` puts a whole dump that this server can load in its "
     "place, and keeps the bad one; the start follows by itself. Or promote a replica that holds the data. To start "
     "without it: `slotwardenctl start PORT "
     "--force --reason \"…\"` moves it aside, and deletes nothing."},
    {Ruling::refuse, "shrunken-dataset",
     "Its dataset holds far fewer keys than it had when it was last seen; its replicas would be rolled back to it.",
     "`slotwardenctl accept-data PORT --from FILE --reason \"…\"` puts a newer dump in its place, and keeps this one; "
     "the "
     "start follows by itself. Or promote "
     "a "
     "replica that holds more. To accept what is there: `slotwardenctl start PORT --force --reason \"…\"`."},
    {Ruling::go, "shard-is-here",
     "Nobody can be elected in its place, but every member of its shard is on this host, and none holds more than this "
     "one.",
     ""},
    {Ruling::go, "in-its-own-place", "Nobody can succeed it, a majority answers, and its dataset is whole.", ""},
    {Ruling::wait, "unproven", "Nothing shows that its start is safe, and nothing shows that it is not.",
     "Ends when more is known; `slotwardenctl explain PORT` shows what is missing. If this host holds the newest data: "
     "`slotwardenctl start PORT --force --reason \"…\"`."},
});
static_assert(well_formed(start_table));

}  // namespace slotwarden::decide
