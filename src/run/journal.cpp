#include "run/journal.h"

#include <spdlog/spdlog.h>

#include "run/clock.h"

namespace slotwarden::run {

namespace {
std::string line(const Event& e) {
  std::string text = e.port.n ? std::to_string(e.port.n) + " " : std::string();
  text += e.event;
  if (!e.rule.empty()) text += " [" + e.rule + "]";
  if (!e.detail.empty()) text += ": " + e.detail;
  return text;
}
}  // namespace

Event Journal::tell(Port port, std::string_view event, std::string_view rule, std::string detail) {
  Event e;
  e.at_unix_ms = unix_ms();
  e.port = port;
  e.event = event;
  e.rule = rule;
  e.detail = std::move(detail);
  memory_.remember(e);
  if (publish) publish(e);
  return e;
}

void Journal::note(Port port, std::string_view event, std::string_view rule, std::string detail) {
  spdlog::info(line(tell(port, event, rule, std::move(detail))));
}

void Journal::warn(Port port, std::string_view event, std::string_view rule, std::string detail) {
  spdlog::warn(line(tell(port, event, rule, std::move(detail))));
}

}  // namespace slotwarden::run
