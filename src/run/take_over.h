// `slotwardenctl adopt` and `slotwardenctl give-back` on this host: everything but what the daemon does. Blocking, with
// an event loop of its own. An empty `config_file` means /etc/slotwarden/slotwarden.toml.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facts/finding.h"
#include "facts/result.h"
#include "facts/take_over.h"

namespace slotwarden::run {

// Every server that runs here and was neither started nor taken over by slotwarden, with the verdict and what would be
// done. An empty `policy` is storage.
[[nodiscard]] Result<std::vector<TakeOver>> servers_to_take_over(const std::string& config_file,
                                                                 const std::string& policy);
// The units that slotwarden's files hold down, and no port of `ours` needs it: an adopt was killed before its end, or
// somebody took the port out of the configuration. Those that were written within `young` are left out: an adopt may be
// at work.
[[nodiscard]] std::vector<Finding> kept_by_nobody(const std::set<Port>& ours, std::chrono::seconds young);
// Writes what lets the unit go, and the configuration. On success the unit is known to be disarmed; on failure
// everything is as it was.
[[nodiscard]] Result<void> make_way(const TakeOver& t);
// Afterwards the unit is as it was before make_way; the configuration is moved aside.
[[nodiscard]] Result<void> undo_way(const TakeOver& t);

// `pid`: of its server, by the daemon; 0: it is down; unset: the daemon does not answer or does not know it.
[[nodiscard]] Result<GiveBack> to_give_back(const std::string& config_file, Port port, std::optional<Pid> pid,
                                            bool unsupervised);
// The new path of the configuration, which is not read any more.
[[nodiscard]] Result<std::string> put_configuration_aside(const GiveBack& g);
[[nodiscard]] Result<void> put_configuration_back(const GiveBack& g, const std::string& aside);
// Once the daemon has let go: the unit is as it was, and has the process where it can. Says in a sentence who keeps the
// server now.
[[nodiscard]] Result<std::string> hand_back(const GiveBack& g);

}  // namespace slotwarden::run
