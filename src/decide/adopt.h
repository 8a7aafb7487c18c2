// Is the process that we remember still there, is it still ours, and is anything else in its place?
#pragma once

#include <optional>
#include <span>

#include "facts/process.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct AdoptEvidence {
  std::optional<ProcessIdentity> remembered;  // written by the child before it became the server
  std::optional<ProcessIdentity> found;       // what has that pid now
  // Who listens on the instance's port: 0 for nobody, unset when it could not be learned.
  std::optional<Pid> listener;
  NodeId recorded_node;  // empty when none was ever recorded
  NodeId file_node;      // nodes.conf's own id; empty when it cannot be read
  NodeId answered_node;  // what the server itself says; empty while it cannot say
};

enum class Adoption { gone, ours, stranger, unknown };

struct AdoptVerdict {
  Adoption adoption = Adoption::unknown;
  Verdict verdict;
};

// The ladder:
//   unknown-server    nothing is remembered, or its pid is free or belongs to a process with another start time or
//   boot,
//                     and somebody listens on the port                                              -> stranger
//   listener-unknown  as above, and it is not known who listens                                     -> unknown
//   no-memory         nothing remembered, and nobody listens                                        -> gone
//   gone              the remembered process has ended, and nobody listens                          -> gone
//   wrong-port        it lives, and another process listens on the port                             -> stranger
//   wrong-node        a recorded id and an answered (or, failing that, file) id differ              -> stranger
//   listener-unknown  it lives, it is not known who listens, and the port has not answered with the recorded id
//                                                                                                   -> unknown
//   starting          it lives and nobody listens yet: it has not come that far, or is stopping     -> ours
//   ours              pid, start time, boot, port and node agree (an id that cannot be learned yet does not disagree)
// Never `ours` while any of the identities that are known differ.
[[nodiscard]] AdoptVerdict adopt(const AdoptEvidence& e);

[[nodiscard]] std::span<const RuleText> adopt_rules();

}  // namespace slotwarden::decide
