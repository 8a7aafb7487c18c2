// May a generation be loaded in a server of its own now, and what does that prove?
//
// Pure and total. Fail-closed: without knowing what it takes and what there is, nothing is begun; and a generation is
// proven only by a server that has loaded it and by the count of its keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decide/save.h"
#include "facts/dataset.h"
#include "facts/dump.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct RehearsalEvidence {
  bool another = false;                             // one is under way on this host
  std::optional<Bytes> predicted;                   // the memory that it would take
  std::optional<std::vector<MemoryDomain>> memory;  // the first is the host's; unset: not known
  std::vector<ForkUnderWay> forks;                  // what they will still copy is taken already
  std::vector<std::size_t> domains;                 // those that the server would be in
};

// go: begin; anything else: not now.
[[nodiscard]] Verdict may_rehearse(const RehearsalEvidence& e);

// Asked again and again meanwhile: the first to go when memory gets short. refuse: end it.
[[nodiscard]] Verdict rehearsal_goes_on(const RehearsalEvidence& e);

// What a server with this data takes: by the header of the file, else by what its own server takes now; and a margin.
[[nodiscard]] std::optional<Bytes> rehearsal_size(std::optional<Bytes> by_header, std::optional<Bytes> by_server,
                                                  int margin_percent);

struct RehearsedEvidence {
  DatasetState state = DatasetState::unknown;  // of the file, read through and compared with its note
  std::optional<std::uint64_t> noted_keys;
  std::vector<DatabaseKeys> in_file;
  bool loaded = false;                                   // a server has said that it is through
  std::optional<std::vector<DatabaseKeys>> loaded_keys;  // as that server counts them
};

// go: proven; refuse: it is not, and why; wait: nobody can tell.
[[nodiscard]] Verdict rehearsed(const RehearsedEvidence& e);

[[nodiscard]] std::span<const RuleText> rehearsal_rules();

}  // namespace slotwarden::decide
