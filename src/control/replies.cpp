#include "control/replies.h"

#include "control/fields.h"

namespace slotwarden::control {
namespace {

constexpr std::array states{ProcessState::stopped, ProcessState::starting, ProcessState::loading,
                            ProcessState::running, ProcessState::stopping, ProcessState::backoff,
                            ProcessState::exited,  ProcessState::fatal,    ProcessState::held};

Json ports(const std::vector<Port>& all) {
  Json j = Json::array();
  for (const Port p : all) j.push_back(p.n);
  return j;
}

Result<Port> port_from_json(const Json& j) {
  if (!j.is_number_unsigned() || j.get<std::uint64_t>() > 65535) return Error{"holds what is not a port"};
  return Port{j.get<std::uint16_t>()};
}

}  // namespace

Json to_json(const TailReply& r) {
  return Json{{"port", r.port.n}, {"path", text_or_null(r.path)}, {"journal", text_or_null(r.journal)},
              {"text", r.text},   {"truncated", r.truncated},     {"ends_at", r.ends_at ? Json(*r.ends_at) : Json{}}};
}

Json to_json(const std::vector<PidReply>& r) {
  Json j = Json::array();
  for (const PidReply& p : r)
    j.push_back(Json{{"port", p.port.n ? Json(p.port.n) : Json{}}, {"pid", p.pid ? Json(p.pid.n) : Json{}}});
  return j;
}

Json to_json(const std::vector<AvailableInstance>& r) {
  Json j = Json::array();
  for (const AvailableInstance& a : r)
    j.push_back(Json{{"port", a.port.n},
                     {"policy", a.policy},
                     {"config", a.config},
                     {"server", a.server},
                     {"state", name(a.state)}});
  return j;
}

Json to_json(const RereadReply& r) {
  return Json{{"added", ports(r.added)}, {"changed", ports(r.changed)}, {"removed", ports(r.removed)}};
}

Json to_json(const VersionReply& r) {
  return Json{{"version", r.version}, {"pid", r.pid ? Json(r.pid.n) : Json{}}};
}

Result<TailReply> tail_from_json(const Json& j) {
  Fields f(j, "a tail");
  TailReply r;
  f.number("port", r.port.n);
  f.text("path", r.path);
  f.text("journal", r.journal);
  f.text("text", r.text);
  f.flag("truncated", r.truncated);
  f.number("ends_at", r.ends_at);
  return f.finish(std::move(r));
}

Result<std::vector<PidReply>> pids_from_json(const Json& j) {
  return list_from<PidReply>(j, [](const Json& element) {
    Fields f(element, "a pid");
    PidReply p;
    f.number("port", p.port.n);
    f.number("pid", p.pid.n);
    return f.finish(p);
  });
}

Result<std::vector<AvailableInstance>> available_from_json(const Json& j) {
  return list_from<AvailableInstance>(j, [](const Json& element) {
    Fields f(element, "an instance");
    AvailableInstance a;
    f.number("port", a.port.n);
    f.text("policy", a.policy);
    f.text("config", a.config);
    f.text("server", a.server);
    f.one_of("state", a.state, states);
    return f.finish(std::move(a));
  });
}

Result<RereadReply> reread_from_json(const Json& j) {
  Fields f(j, "a comparison");
  RereadReply r;
  f.list("added", r.added, port_from_json);
  f.list("changed", r.changed, port_from_json);
  f.list("removed", r.removed, port_from_json);
  return f.finish(std::move(r));
}

Result<VersionReply> version_from_json(const Json& j) {
  Fields f(j, "a version");
  VersionReply r;
  f.text("version", r.version);
  f.number("pid", r.pid.n);
  return f.finish(std::move(r));
}

}  // namespace slotwarden::control
