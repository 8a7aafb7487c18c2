#include "run/journal.h"

#include <spdlog/spdlog.h>
#include <syslog.h>

#include "adapters/journal_record.h"
#include "run/clock.h"
#include "run/message_ids.h"

namespace slotwarden::run {

namespace {
std::string line(const Event& e) {
  std::string text = e.port.n ? std::to_string(e.port.n) + " " : std::string();
  text += e.event;
  if (!e.rule.empty()) text += " [" + e.rule + "]";
  if (!e.detail.empty()) text += ": " + e.detail;
  return text;
}

// In the journal with fields of their own: journalctl PORT=7000 EVENT=held.
bool to_journal(const Event& e, std::optional<Ruling> ruling, int priority) {
  static const bool under_systemd = adapters::logs_to_journal();
  if (!under_systemd) return false;
  std::vector<std::pair<std::string, std::string>> fields{{"MESSAGE", line(e)},
                                                          {"PRIORITY", std::to_string(priority)},
                                                          {"SYSLOG_IDENTIFIER", "slotwardend"},
                                                          {"EVENT", e.event}};
  if (e.port.n) fields.emplace_back("PORT", std::to_string(e.port.n));
  if (!e.rule.empty()) fields.emplace_back("RULE", e.rule);
  if (ruling) fields.emplace_back("VERDICT", name(*ruling));
  if (!e.detail.empty()) fields.emplace_back("DETAIL", e.detail);
  if (const auto id = message_id(e.event); !id.empty()) fields.emplace_back("MESSAGE_ID", id);
  return adapters::send_to_journal(fields);
}

void log(const Event& e, By by, spdlog::level::level_enum level, int priority) {
  if (spdlog::should_log(level) && !to_journal(e, by.ruling, priority)) spdlog::log(level, line(e));
}
}  // namespace

Event Journal::tell(Port port, std::string_view event, By by, std::string detail) {
  Event e;
  e.at_unix_ms = unix_ms();
  e.port = port;
  e.event = event;
  e.rule = by.rule;
  e.detail = std::move(detail);
  memory_.remember(e);
  if (publish) publish(e);
  return e;
}

void Journal::note(Port port, std::string_view event, By by, std::string detail) {
  log(tell(port, event, by, std::move(detail)), by, spdlog::level::info, LOG_INFO);
}

void Journal::warn(Port port, std::string_view event, By by, std::string detail) {
  log(tell(port, event, by, std::move(detail)), by, spdlog::level::warn, LOG_WARNING);
}

}  // namespace slotwarden::run
