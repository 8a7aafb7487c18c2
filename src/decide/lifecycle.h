// The life of one server process as a table: every state, every event, one row.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "facts/process.h"

namespace slotwarden::decide {

enum class LifeEvent {
  gate_go,       // the start gate said go and the spawn was begun
  gate_wait,     // the start gate said wait
  gate_backoff,  // it said wait because of the backoff
  gate_refuse,   // it said refuse
  gate_stop,     // it refused because the operator wants it down
  gate_fatal,    // it refused for good
  answered_loading,
  answered,
  stop_asked,
  exited,        // the process ended without being asked
  stopped,       // the process ended after it was asked to
  adopted,       // a running server was taken back
  stop_refused,  // it was asked to stop and goes on serving
};

struct LifeRow {
  ProcessState from;
  LifeEvent on;
  ProcessState to;
  std::string_view because;
};

// Total and unambiguous: a static_assert in lifecycle.cpp counts exactly one row for each pair.
[[nodiscard]] std::span<const LifeRow> lifecycle();

[[nodiscard]] ProcessState next(ProcessState from, LifeEvent on);

// The rows that change the state, as a Mermaid state diagram for the manual.
[[nodiscard]] std::string lifecycle_diagram();

}  // namespace slotwarden::decide
