#include "control/status.h"

#include <cctype>

#include "control/fields.h"

namespace slotwarden::control {
namespace {

constexpr std::array states{ProcessState::stopped, ProcessState::starting, ProcessState::loading,
                            ProcessState::running, ProcessState::stopping, ProcessState::backoff,
                            ProcessState::exited,  ProcessState::fatal,    ProcessState::held};
constexpr std::array roles{Role::unknown, Role::master, Role::replica};

Result<Hold> hold_from_json(const Json& j) {
  Fields f(j, "a hold");
  Hold h;
  f.text("rule", h.rule);
  f.text("because", h.because);
  f.text("release", h.release);
  return f.finish(std::move(h));
}

}  // namespace

Json to_json(const InstanceStatus& s) {
  Json j{{"port", s.port.n}, {"state", name(s.state)}, {"role", name(s.role)}, {"policy", s.policy}};
  j["pid"] = s.pid ? Json(s.pid.n) : Json{};
  j["since"] = s.since_unix_ms ? Json(rfc3339(*s.since_unix_ms)) : Json{};
  j["node_id"] = text_or_null(s.node_id.hex);
  j["keys"] = s.keys ? Json(*s.keys) : Json{};
  if (s.hold) j["hold"] = Json{{"rule", s.hold->rule}, {"because", s.hold->because}, {"release", s.hold->release}};
  if (!s.note.empty()) j["note"] = s.note;
  return j;
}

Json to_json(std::span<const InstanceStatus> all) {
  Json j = Json::array();
  for (const InstanceStatus& s : all) j.push_back(to_json(s));
  return j;
}

std::string summary(std::span<const InstanceStatus> all) {
  if (all.empty()) return "no servers are configured";
  std::string text = std::to_string(all.size()) + (all.size() == 1 ? " server:" : " servers:");
  for (const auto state : states) {
    std::size_t count = 0;
    std::string why;
    for (const auto& s : all) {
      if (s.state != state) continue;
      ++count;
      if (s.hold) why += (why.empty() ? "" : ", ") + std::to_string(s.port.n) + ": " + s.hold->rule;
    }
    if (count == 0) continue;
    std::string word(name(state));
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    text += (text.back() == ':' ? " " : ", ") + std::to_string(count) + " " + word;
    if (!why.empty()) text += " (" + why + ")";
  }
  return text;
}

Result<InstanceStatus> status_from_json(const Json& j) {
  Fields f(j, "a status");
  InstanceStatus s;
  f.number("port", s.port.n);
  if (s.port.n == 0) f.fail("has no port");
  f.one_of("state", s.state, states);
  f.one_of("role", s.role, roles);
  f.text("policy", s.policy);
  f.number("pid", s.pid.n);
  f.time("since", s.since_unix_ms);
  f.text("node_id", s.node_id.hex);
  f.number("keys", s.keys);
  f.text("note", s.note);
  if (const Json* hold = f.member("hold")) {
    Result<Hold> h = hold_from_json(*hold);
    if (!h) return h.error();
    s.hold = std::move(*h);
  }
  return f.finish(std::move(s));
}

Result<std::vector<InstanceStatus>> statuses_from_json(const Json& j) {
  return list_from<InstanceStatus>(j, status_from_json);
}

}  // namespace slotwarden::control
