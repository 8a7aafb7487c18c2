#include "control/event_json.h"

#include "control/fields.h"

namespace slotwarden::control {

Json to_json(const Event& e) {
  return Json{{"at", rfc3339(e.at_unix_ms)},
              {"port", e.port.n ? Json(e.port.n) : Json{}},
              {"event", e.event},
              {"rule", text_or_null(e.rule)},
              {"detail", e.detail},
              {"id", e.id}};
}

Json to_json(std::span<const Event> all) {
  Json j = Json::array();
  for (const Event& e : all) j.push_back(to_json(e));
  return j;
}

Result<Event> event_from_json(const Json& j) {
  Fields f(j, "an event");
  Event e;
  std::optional<std::int64_t> at;
  f.time("at", at);
  if (!at) f.fail("has no time");
  f.number("port", e.port.n);
  f.text("event", e.event);
  f.text("rule", e.rule);
  f.text("detail", e.detail);
  f.number("id", e.id);
  e.at_unix_ms = at.value_or(0);
  return f.finish(std::move(e));
}

Result<std::vector<Event>> events_from_json(const Json& j) {
  return list_from<Event>(j, event_from_json);
}

}  // namespace slotwarden::control
