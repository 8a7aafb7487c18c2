// What slotwardenctl does without a daemon, on the host that it runs on. The program puts it together: this room sees
// neither the host nor the configuration.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/host_report.h"
#include "control/inspection.h"
#include "control/outcome.h"
#include "control/verification.h"
#include "facts/certificate_file.h"
#include "facts/finding.h"
#include "facts/result.h"
#include "facts/take_over.h"

namespace slotwarden::cli {

struct Local {
  // Looks at this host, at every server of the configuration file and at every other one that runs here. An empty name
  // means the usual file, which need not exist. The error is about the configuration.
  std::function<Result<control::HostReport>(const std::string& config_file)> look;
  // Carries one repair out, and says what was done.
  std::function<Result<std::string>(const std::string& config_file, const Repair&)> repair;
  // The text of `host print TOPIC`.
  std::function<Result<std::string>(const std::string& config_file, const std::string& topic)> print_file;
  // `host restore` (false: `host enforce`) where no daemon answers.
  std::function<Result<std::vector<control::Outcome>>(const std::string& config_file, bool restore)> restore;
  // `inspect dump` and `inspect dataset`; `watcher` is told the bytes read and their total now and then.
  using Watcher = std::function<void(std::uint64_t read, std::uint64_t total)>;
  std::function<Result<control::Inspection>(const std::string& file, std::size_t biggest, const Watcher& watcher)>
      inspect_dump;
  std::function<Result<control::Inspection>(const std::string& config_file, Port port, std::size_t biggest,
                                            const Watcher& watcher)>
      inspect_dataset;
  // `backups verify` and `backups export`.
  std::function<Result<std::vector<control::PortVerification>>(
      const std::string& config_file, const std::vector<std::string>& targets, const Watcher& watcher)>
      verify_backups;
  std::function<Result<control::Exported>(const std::string& config_file, Port port, const std::string& generation,
                                          const std::string& directory, const Watcher& watcher)>
      export_backup;
  // `cert`: what was made, or what is there.
  std::function<Result<std::vector<CertificateFile>>(const std::string& action, const std::string& name,
                                                     const std::string& directory, int days)>
      certificates;
  // `adopt` and `give-back`: run/take_over.h.
  std::function<Result<std::vector<TakeOver>>(const std::string& config_file, const std::string& policy)>
      servers_to_take_over;
  std::function<Result<void>(const TakeOver&)> make_way;
  std::function<Result<void>(const TakeOver&)> undo_way;
  std::function<Result<GiveBack>(const std::string& config_file, Port port, std::optional<Pid> pid, bool unsupervised)>
      to_give_back;
  std::function<Result<std::string>(const GiveBack&)> put_configuration_aside;
  std::function<Result<void>(const GiveBack&, const std::string& aside)> put_configuration_back;
  std::function<Result<std::string>(const GiveBack&)> hand_back;
};

}  // namespace slotwarden::cli
