// A host in good order with one server that is due. A test spoils one fact and names what follows.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "decide/save.h"
#include "evidence.h"

namespace slotwarden::decide {

inline SaveCandidate due_server(std::uint16_t port = 7000) {
  SaveCandidate c;
  c.port = Port{port};
  c.serving = Tri::yes;
  c.age = 30min;
  c.up = 24h;
  c.changes = 1000;
  c.keys = 100'000;
  c.cow.memory = 300_MiB;
  c.cow.rate = WriteRate{1000, 100'000};
  c.cow.last = ForkSample{30_MiB, 300_MiB, 5s, 5000, 1};
  c.file = 200_MiB;
  c.disk_free = 100_GiB;
  c.domains = {0};
  return c;
}

inline SaveEvidence quiet_host() {
  SaveEvidence e;
  e.candidates = {due_server()};
  e.memory = std::vector<MemoryDomain>{{"host", 2_GiB, 100_MiB}};
  e.pressure_percent = 0;
  return e;
}

inline const SaveAnswer& answer_for(const SavePlan& plan, std::uint16_t port) {
  const auto it = std::ranges::find(plan.answers, Port{port}, &SaveAnswer::port);
  EXPECT_NE(it, plan.answers.end()) << port;
  return *it;
}

inline std::string rule_for(const SaveEvidence& e, std::uint16_t port = 7000) {
  return std::string(answer_for(plan_saves(e), port).verdict.rule);
}

}  // namespace slotwarden::decide
