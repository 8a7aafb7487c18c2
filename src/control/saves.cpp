#include "control/saves.h"

#include "control/fields.h"
#include "control/timestamp.h"

namespace slotwarden::control {

namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json{};
}

Json to_json(const RunningFork& f) {
  return Json{{"kind", f.kind},
              {"ordered", f.ordered},
              {"for_replicas", f.for_replicas},
              {"percent", f.percent},
              {"running_ms", f.running_ms},
              {"eta_ms", or_null(f.eta_ms)},
              {"copied_bytes", f.copied.n},
              {"predicted_bytes", f.predicted.n}};
}

Json to_json(const SaveLine& s) {
  return Json{{"port", s.port.n},
              {"policy", s.policy},
              {"rule", s.rule},
              {"because", s.because},
              {"release", text_or_null(s.release)},
              {"may_fork", s.may_fork},
              {"kind", s.kind},
              {"next_ms", or_null(s.next_ms)},
              {"age_ms", or_null(s.age_ms)},
              {"changes", s.changes},
              {"predicted_bytes", s.predicted.n},
              {"urgency", s.urgency},
              {"failures", s.failures},
              {"taken_over", s.taken_over},
              {"problem", text_or_null(s.problem)},
              {"running", s.running ? to_json(*s.running) : Json{}},
              {"last", text_or_null(s.last)},
              {"last_at", s.last_unix_ms ? Json(rfc3339(*s.last_unix_ms)) : Json{}}};
}

Json to_json(const MemoryLine& m) {
  return Json{{"name", m.name},
              {"available_bytes", m.available.n},
              {"reserve_bytes", m.reserve.n},
              {"promised_bytes", m.promised.n}};
}

Json to_json(const SyncLine& s) {
  return Json{{"port", s.port.n}, {"replicas", s.replicas}, {"waited_ms", s.waited_ms},
              {"rule", s.rule},   {"because", s.because},   {"release", text_or_null(s.release)}};
}

Result<RunningFork> fork_from_json(const Json& j) {
  RunningFork r;
  Fields f(j, "a fork");
  f.text("kind", r.kind);
  f.flag("ordered", r.ordered);
  f.flag("for_replicas", r.for_replicas);
  f.number("percent", r.percent);
  f.number("running_ms", r.running_ms);
  f.number("eta_ms", r.eta_ms);
  f.number("copied_bytes", r.copied.n);
  f.number("predicted_bytes", r.predicted.n);
  return f.finish(std::move(r));
}

Result<SaveLine> line_from_json(const Json& j) {
  SaveLine s;
  Fields f(j, "a save");
  f.number("port", s.port.n);
  f.text("policy", s.policy);
  f.text("rule", s.rule);
  f.text("because", s.because);
  f.text("release", s.release);
  f.flag("may_fork", s.may_fork);
  f.text("kind", s.kind);
  f.number("next_ms", s.next_ms);
  f.number("age_ms", s.age_ms);
  f.number("changes", s.changes);
  f.number("predicted_bytes", s.predicted.n);
  if (const Json* urgency = f.member("urgency"); urgency && urgency->is_number()) s.urgency = urgency->get<double>();
  f.number("failures", s.failures);
  f.flag("taken_over", s.taken_over);
  f.text("problem", s.problem);
  if (const Json* running = f.member("running")) {
    auto fork = fork_from_json(*running);
    if (fork)
      s.running = std::move(*fork);
    else
      f.fail(fork.error().what);
  }
  f.text("last", s.last);
  f.time("last_at", s.last_unix_ms);
  return f.finish(std::move(s));
}

Result<MemoryLine> memory_from_json(const Json& j) {
  MemoryLine m;
  Fields f(j, "a part of the memory");
  f.text("name", m.name);
  f.number("available_bytes", m.available.n);
  f.number("reserve_bytes", m.reserve.n);
  f.number("promised_bytes", m.promised.n);
  return f.finish(std::move(m));
}

Result<SyncLine> sync_from_json(const Json& j) {
  SyncLine s;
  Fields f(j, "a full sync");
  f.number("port", s.port.n);
  f.number("replicas", s.replicas);
  f.number("waited_ms", s.waited_ms);
  f.text("rule", s.rule);
  f.text("because", s.because);
  f.text("release", s.release);
  return f.finish(std::move(s));
}

}  // namespace

Json to_json(const SavesReply& r) {
  Json memory = Json::array();
  for (const auto& m : r.memory) memory.push_back(to_json(m));
  Json saves = Json::array();
  for (const auto& s : r.saves) saves.push_back(to_json(s));
  Json syncs = Json::array();
  for (const auto& s : r.syncs) syncs.push_back(to_json(s));
  return Json{{"memory", memory},
              {"problem", text_or_null(r.problem)},
              {"pressure_percent", or_null(r.pressure_percent)},
              {"leases", r.leases},
              {"saves", saves},
              {"syncs", syncs}};
}

Result<SavesReply> saves_from_json(const Json& j) {
  SavesReply r;
  Fields f(j, "the answer");
  f.list("memory", r.memory, memory_from_json);
  f.text("problem", r.problem);
  f.number("pressure_percent", r.pressure_percent);
  f.number("leases", r.leases);
  f.list("saves", r.saves, line_from_json);
  f.list("syncs", r.syncs, sync_from_json);
  return f.finish(std::move(r));
}

}  // namespace slotwarden::control
