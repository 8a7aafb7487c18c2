#include "control/outcome.h"

#include <algorithm>

#include "control/fields.h"

namespace slotwarden::control {
namespace {

constexpr std::array kinds{Done::done, Done::already, Done::not_running, Done::refused, Done::failed};

Result<Outcome> outcome_from_json(const Json& j) {
  Fields f(j, "an outcome");
  Outcome o;
  f.number("port", o.port.n);
  f.one_of("outcome", o.outcome, kinds);
  f.text("rule", o.rule);
  f.text("text", o.text);
  return f.finish(std::move(o));
}

ExitCode exit_code(Done d) {
  switch (d) {
    case Done::done: return ExitCode::done;
    case Done::already: return ExitCode::done;
    case Done::not_running: return ExitCode::not_running;
    case Done::refused: return ExitCode::refused;
    case Done::failed: return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace

Json to_json(const Outcome& o) {
  return Json{{"port", o.port.n ? Json(o.port.n) : Json{}},
              {"outcome", name(o.outcome)},
              {"rule", text_or_null(o.rule)},
              {"text", o.text}};
}

Json to_json(std::span<const Outcome> all) {
  Json j = Json::array();
  for (const Outcome& o : all) j.push_back(to_json(o));
  return j;
}

Result<std::vector<Outcome>> outcomes_from_json(const Json& j) {
  return list_from<Outcome>(j, outcome_from_json);
}

ExitCode exit_code(std::span<const Outcome> all) {
  for (const Done worst : {Done::failed, Done::refused, Done::not_running})
    if (std::ranges::any_of(all, [worst](const Outcome& o) { return o.outcome == worst; })) return exit_code(worst);
  return ExitCode::done;
}

ExitCode exit_code(std::span<const InstanceStatus> all) {
  const bool up = std::ranges::all_of(all, [](const InstanceStatus& s) {
    return s.state == ProcessState::running || s.state == ProcessState::loading;
  });
  return up ? ExitCode::done : ExitCode::not_running;
}

ExitCode exit_code_of_error(std::string_view reply) {
  const std::string_view code = reply.substr(0, reply.find(' '));
  if (code == "USAGE" || code == "UNKNOWN") return ExitCode::usage;
  if (code == "REFUSED") return ExitCode::refused;
  return ExitCode::failed;
}

}  // namespace slotwarden::control
