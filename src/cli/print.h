// The daemon's answers, for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "control/backups.h"
#include "control/explanation.h"
#include "control/json.h"
#include "control/outcome.h"
#include "control/replies.h"
#include "control/saves.h"
#include "control/status.h"
#include "facts/dataset.h"
#include "facts/record.h"

namespace slotwarden::cli {

// "3h12m", "42s", "5d1h": the two largest units.
[[nodiscard]] std::string brief_duration(std::int64_t ms);
// "2026-11-21 08:58:35.042" in the time zone of whoever reads.
[[nodiscard]] std::string local_time(std::int64_t unix_ms);

void print(const Console& c, std::span<const control::InstanceStatus> all, std::int64_t now_unix_ms);
void print(const Console& c, const control::Explanation& e, std::int64_t now_unix_ms);
void print(const Console& c, std::span<const control::Outcome> all);
// Oldest first, in columns.
void print(const Console& c, std::span<const Event> all);
// One line, for events that come one at a time.
[[nodiscard]] std::string line(const Console& c, const Event& e);
void print(const Console& c, std::span<const control::PidReply> all);
void print(const Console& c, std::span<const control::AvailableInstance> all);
void print(const Console& c, const control::RereadReply& r);
void print(const Console& c, const control::SavesReply& r, std::int64_t now_unix_ms);
void print(const Console& c, std::span<const control::PortBackups> all, std::int64_t now_unix_ms);
// "save [####------] 40%, 3s left".
[[nodiscard]] std::string fork_text(const control::RunningFork& r);
// "1.2 MiB", counted in 1024s as everywhere here.
[[nodiscard]] std::string size_text(std::uint64_t n);
// What `start --force` may lose, of every instance that it is for.
void print_what_force_may_lose(const Console& c, std::span<const control::Explanation> all);
// The command list, or the full help of a single one.
void print_help(const Console& c, const std::string& topic);

// Any answer of the daemon to `command` by its form; the error tells that the daemon does not speak as expected.
[[nodiscard]] Result<control::ExitCode> print_answer(const Console& c, std::string_view command, const control::Json& j,
                                                     std::int64_t now_unix_ms);
// JSON as asked for with --json: indented on a terminal only.
void print_json(const Console& c, const control::Json& j);

[[nodiscard]] Paint paint_of(ProcessState s);
[[nodiscard]] Paint paint_of(DatasetState s);

}  // namespace slotwarden::cli
