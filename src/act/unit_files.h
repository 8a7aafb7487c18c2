// What slotwarden writes beside a systemd unit whose server it keeps, and takes away again. Only ever files of its own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::act {

// `text` as the file NAME of the unit's drop-ins below /run/systemd/system (or /etc/systemd/system).
enum class Lasts { until_reboot, always };
[[nodiscard]] Result<void> write_drop_in(const std::string& unit, Lasts lasts, const std::string& name,
                                         const std::string& text);
// Gone afterwards, also when it was not there; the directory too, where nothing else is in it.
[[nodiscard]] Result<void> remove_drop_in(const std::string& unit, Lasts lasts, const std::string& name);

// The units that have a lasting drop-in of this name, with its text.
struct DropIn {
  std::string unit;
  std::string text;
  std::chrono::seconds age{0};  // since it was written
};
[[nodiscard]] std::vector<DropIn> drop_ins(const std::string& name);

// /etc/tmpfiles.d/slotwarden-PORT.conf.
[[nodiscard]] Result<void> write_directories(Port port, const std::string& text);
[[nodiscard]] Result<void> remove_directories(Port port);

}  // namespace slotwarden::act
