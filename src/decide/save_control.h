// What must be set on a server so that slotwarden, and not the server, decides when it saves; and so that it decides
// for itself again once slotwarden lets go.
//
// Pure, and a difference: carried out wherever it was interrupted, and asked again, it comes to the same end.
// Guards: the server is never without save points of its own where it had some. While slotwarden schedules there is one
// of at least one longest interval later than now; it is moved on as long as slotwarden lives, so that it takes effect
// between one and two longest intervals after slotwarden was last there. So is the growth that an append-only file is
// allowed. Nothing is written to the server's file: a restart puts everything right as well.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "facts/save_record.h"

namespace slotwarden::decide {

struct ControlEvidence {
  bool wanted = false;  // slotwarden is to schedule this server's saves
  std::string save{};   // CONFIG GET save
  std::string rewrite_percentage{};
  std::optional<TakenSettings> taken{};
  std::chrono::milliseconds age{0};  // of its last save, or of the process
  std::chrono::milliseconds longest{3'600'000};
  int growth_percent = 0;  // of its append-only file, now
  int growth_allowed = 100;
};

struct Setting {
  std::string name;
  std::string value;
  friend bool operator==(const Setting&, const Setting&) = default;
};

struct ControlPlan {
  std::optional<TakenSettings> remember;  // on disk before anything is set
  std::vector<Setting> set;
  bool forget = false;  // once everything is set
};

[[nodiscard]] ControlPlan control_saves(const ControlEvidence& e);

}  // namespace slotwarden::decide
