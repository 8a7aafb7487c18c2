// The smaller answers: TAIL, PID, AVAIL, REREAD and VERSION.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/json.h"
#include "facts/process.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::control {

// TAIL: the end of what the server wrote to its log. `truncated`: the file holds more before `text`. `ends_at`: the
// offset in the file just behind `text`, from where `tail -f` goes on; unset: from the file's end. With `journal` it
// was read from the journal, under that SYSLOG_IDENTIFIER, and there is no file.
struct TailReply {
  Port port{};
  std::string path{};
  std::string text{};
  bool truncated = false;
  std::optional<std::int64_t> ends_at{};
  std::string journal{};
};

// PID: one for each instance asked for; without targets, one with port 0 for the daemon.
struct PidReply {
  Port port{};
  Pid pid{};
};

// AVAIL: one for each configured instance.
struct AvailableInstance {
  Port port{};
  std::string policy{};
  std::string config{};  // the server's own file
  std::string server{};  // the binary
  ProcessState state = ProcessState::stopped;
};

// REREAD: how the files differ from what runs; nothing was changed yet.
struct RereadReply {
  std::vector<Port> added{};
  std::vector<Port> changed{};
  std::vector<Port> removed{};
};

struct VersionReply {
  std::string version{};
  Pid pid{};
};

[[nodiscard]] Json to_json(const TailReply& r);
[[nodiscard]] Json to_json(const std::vector<PidReply>& r);
[[nodiscard]] Json to_json(const std::vector<AvailableInstance>& r);
[[nodiscard]] Json to_json(const RereadReply& r);
[[nodiscard]] Json to_json(const VersionReply& r);

[[nodiscard]] Result<TailReply> tail_from_json(const Json& j);
[[nodiscard]] Result<std::vector<PidReply>> pids_from_json(const Json& j);
[[nodiscard]] Result<std::vector<AvailableInstance>> available_from_json(const Json& j);
[[nodiscard]] Result<RereadReply> reread_from_json(const Json& j);
[[nodiscard]] Result<VersionReply> version_from_json(const Json& j);

}  // namespace slotwarden::control
