// `slotwardenctl backups verify` and `backups export` on this host, without a daemon. Nothing in a data directory is
// changed.
#pragma once

#include <string>
#include <vector>

#include "control/verification.h"
#include "facts/result.h"
#include "run/watched.h"

namespace slotwarden::run {

// Reads every kept copy that could be restored to its last byte, and compares it with its note. What was found useless
// when it was set aside is passed over, and so is what the daemon removes meanwhile. The error is about the
// configuration or the targets. Blocking.
[[nodiscard]] Result<std::vector<control::PortVerification>> verify_backups(const std::string& config_file,
                                                                            const std::vector<std::string>& targets,
                                                                            const Watcher& watcher);

// Copies one generation into a new folder of `directory`, with topology.json and SHA256SUMS beside it; what was written
// is read back, and has its name only when it is whole and the one that was kept. Blocking.
[[nodiscard]] Result<control::Exported> export_backup(const std::string& config_file, Port port,
                                                      const std::string& generation, const std::string& directory,
                                                      const Watcher& watcher);

}  // namespace slotwarden::run
