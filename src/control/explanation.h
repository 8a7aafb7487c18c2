// Why an instance is as it is: the verdict, the rule behind it, and every fact it rests on. EXPLAIN answers an array.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/json.h"
#include "control/status.h"
#include "facts/verdict.h"

namespace slotwarden::control {

struct Fact {
  std::string name{};                    // "majority of masters"
  std::string value{};                   // "yes", "unknown", "16384"
  std::string source{};                  // "CLUSTER NODES of 10.0.0.2:7001", "/proc/4711/stat"
  std::optional<std::int64_t> age_ms{};  // unset where the fact was never learned
  friend bool operator==(const Fact&, const Fact&) = default;
};

// A Verdict that owns its words.
struct ExplainedVerdict {
  Ruling ruling = Ruling::wait;
  std::string rule{};
  std::string because{};
  std::string release{};
  friend bool operator==(const ExplainedVerdict&, const ExplainedVerdict&) = default;
};
[[nodiscard]] ExplainedVerdict explained(const Verdict& v);

struct Explanation {
  InstanceStatus status{};
  ExplainedVerdict verdict{};  // may it start (or, running, why it may)
  std::vector<Fact> facts{};
  std::optional<ExplainedVerdict> succession{};  // set iff its succession is or was a question
  std::vector<std::string> would_release{};      // each one thing that would release it
  std::vector<std::string> may_lose{};           // each one thing that `start --force` now may lose
  friend bool operator==(const Explanation&, const Explanation&) = default;
};

// The keys of the status, then verdict {ruling, rule, because, release}, evidence [{name, value, source, age_ms}],
// succession (where set), would_release and may_lose.
[[nodiscard]] Json to_json(const Explanation& e);
[[nodiscard]] Json to_json(std::span<const Explanation> all);
[[nodiscard]] Result<Explanation> explanation_from_json(const Json& j);
[[nodiscard]] Result<std::vector<Explanation>> explanations_from_json(const Json& j);

}  // namespace slotwarden::control
