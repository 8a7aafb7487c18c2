// A child copies memory: let it go on, make room for it, or end it before the kernel ends a server?
//
// Pure and total. Asked several times a second while any fork is under way. Ends nothing while there is more than the
// half of the reserve, and then only what can be repeated: a save or a rewrite of a server that slotwarden schedules.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decide/save.h"
#include "facts/fork.h"
#include "facts/units.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

struct WatchedFork {
  Port port{};
  ForkKind kind = ForkKind::unknown;
  bool may_end = false;  // its server is scheduled by slotwarden, or it was slotwarden that ordered the fork
  Bytes predicted{};
  Bytes cow{};
  bool for_nobody = false;  // it was begun for replicas that have gone, and its file is not needed either
  double share = 0;         // of its work that is done, 0 to 1; 0 where the server does not tell
  std::chrono::milliseconds running{0};
  std::chrono::milliseconds expected{0};
  std::optional<std::chrono::milliseconds> ended_since{};  // it was told to end
  std::vector<std::size_t> domains{};
};

struct WatchEvidence {
  std::vector<WatchedFork> forks{};
  std::vector<MemoryDomain> memory{};
  Bytes shrinking_per_second{};  // how fast the scarcest `available` shrinks
  Bytes yieldable{};             // what servers whose policy allows it could still give
};

struct WatchAnswer {
  Verdict verdict{};           // go: on with it; wait: room is made; refuse: end `whom`
  std::optional<Port> whom{};  // set iff it is refuse
  Bytes missing{};             // to be had from others; set iff it is wait
};

[[nodiscard]] WatchAnswer watch_forks(const WatchEvidence& e);

// What a fork will still copy: by its own pace where it is far enough to tell, else by its prediction, which is not
// believed any more once it has copied more.
[[nodiscard]] Bytes still_to_copy(const WatchedFork& f);
// Beyond this it hangs: ten minutes, or four times what was expected.
[[nodiscard]] std::chrono::milliseconds deadline_of(const WatchedFork& f);

[[nodiscard]] std::span<const RuleText> save_watch_rules();

}  // namespace slotwarden::decide
