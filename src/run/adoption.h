// The daemon's part of `slotwardenctl adopt` and `slotwardenctl give-back`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "control/request.h"
#include "run/commands.h"

namespace slotwarden::run {

// ADOPT or GIVE-BACK of ports; the whole RESP reply. A server is taken over when the evidence that is looked at now
// says go: its identity is written as a started server's would be, and the keeper takes it back as after a restart of
// the daemon. Before that nothing is changed.
asio::awaitable<std::string> adoption(control::Request r, std::string who, Services& s, DaemonHooks& hooks);

// The instance of that port as the files have it now. An error where they have mistakes, do not name it, or where
// taking them up would change anything else.
[[nodiscard]] Result<config::InstanceConfig> configured(const Result<control::RereadReply>& difference,
                                                        const config::Loaded& fresh, Port port);

}  // namespace slotwarden::run
