// `slotwardenctl inspect` on this host, without a daemon.
#pragma once

#include <cstddef>
#include <string>

#include "control/inspection.h"
#include "facts/result.h"
#include "facts/units.h"
#include "run/watched.h"

namespace slotwarden::run {

// One RDB file, walked to its last byte, as the newest server of its product that is known here would read it.
// Blocking.
[[nodiscard]] Result<control::Inspection> inspect_dump(const std::string& file, std::size_t biggest,
                                                       const Watcher& watcher);

// What the server of this port would load if it started now. The configuration is read anew; an empty name means
// /etc/slotwarden/slotwarden.toml. The error is about the configuration or the server's own file. Blocking.
[[nodiscard]] Result<control::Inspection> inspect_dataset(const std::string& config_file, Port port,
                                                          std::size_t biggest, const Watcher& watcher);

}  // namespace slotwarden::run
