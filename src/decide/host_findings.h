// How the parts of decide/host.h put findings together.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "decide/host_rules.h"
#include "facts/finding.h"
#include "facts/host.h"

namespace slotwarden::decide {

class Findings {
 public:
  explicit Findings(Mode most) : most_(most) {}

  // Everything added from here on is about that port; 0: the host.
  void about(Port port) { port_ = port; }

  // Nothing where the mode is off. Returns what was added, or null.
  Finding* add(const HostRule& rule, Mode mode, std::string expected, std::string actual, std::string fix,
               std::optional<Repair> repair = std::nullopt) {
    const Mode allowed = std::min(mode, most_);
    if (allowed == Mode::off) return nullptr;
    all_.push_back({std::string(rule.setting), port_, std::move(expected), std::move(actual), rule.severity, rule.why,
                    std::move(fix), allowed, std::move(repair)});
    return &all_.back();
  }
  [[nodiscard]] std::vector<Finding> take() { return std::move(all_); }

 private:
  Mode most_;
  Port port_{};
  std::vector<Finding> all_;
};

// "512 bytes", "64 MiB", "1.5 GiB".
[[nodiscard]] std::string text_of(Bytes b);
// Whether `words`, separated by blanks, has `word`; the first of them.
[[nodiscard]] bool has_word(std::string_view words, std::string_view word);
[[nodiscard]] std::string first_word(std::string_view words);

// The descriptors that a server's maxclients need at least, by its file or, where that is not known, as it runs.
[[nodiscard]] std::uint64_t descriptors_needed(const ServerSeen& s);

// The parts of drift().
void judge_host(const HostSeen& seen, const HostPolicy& policy, Findings& into);
void judge_process(const ServerSeen& server, const HostPolicy& policy, Findings& into);
void judge_files(const ServerSeen& server, const HostPolicy& policy, Findings& into);
void judge_settings(const ServerSeen& server, Findings& into);

}  // namespace slotwarden::decide
