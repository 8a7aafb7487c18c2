// A coordinated hand-over of a master's role, verified by a majority.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "decide/handover.h"
#include "facts/result.h"
#include "run/services.h"

namespace slotwarden::run {

enum class Deputies { any, on_other_hosts };

// Asks the master, its replicas and the other masters, and judges. `in_place`: the operator gave the hand-over up.
asio::awaitable<decide::HandoverVerdict> judge_handover(Instance& i, Services& s, bool in_place,
                                                        Deputies who = Deputies::any);

// CLUSTER FAILOVER on `deputy`; returns once the deputy is master, the instance a replica, and a majority agrees; the
// error says what did not happen within the policy's patience. Nothing is undone then: either master serves.
asio::awaitable<Result<void>> hand_over(Instance& i, Services& s, NodeId deputy);

// The other direction: the instance, a replica, takes the role of its master.
asio::awaitable<Result<void>> take_back(Instance& i, Services& s);

}  // namespace slotwarden::run
