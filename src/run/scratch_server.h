// A server of its own that loads one generation, tells what it holds, and is ended.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "act/scratch.h"
#include "facts/dump.h"
#include "facts/verdict.h"
#include "observe/progress.h"
#include "run/services.h"

namespace slotwarden::run {

struct ScratchOrder {
  std::string server;  // the program
  std::string user;    // empty: the daemon's own
  Port port;           // of the instance, for messages
  // Asked several times a second with what it takes: refuse ends it.
  std::function<Verdict(Bytes used)> may_go_on;
  std::shared_ptr<observe::Progress> progress{};  // how far it has loaded
};

struct ScratchLoad {
  bool loaded = false;
  std::string why;    // why it was not, for people
  std::string error;  // it could not be tried, or somebody killed it: that tells nothing about the generation
  std::optional<std::vector<DatabaseKeys>> keys;
  std::chrono::milliseconds took{0};
  Bytes memory;                  // the most that was seen
  std::optional<Verdict> ended;  // it was not allowed to go on
};

// It is reached by a socket in its own folder only, is the first that the kernel ends for want of memory, and dies with
// this daemon. When this returns its process is gone.
asio::awaitable<ScratchLoad> load_in_scratch(Services& s, const act::Scratch& scratch, ScratchOrder order);

// Ends what an earlier daemon has left running there, if that is still the same process.
asio::awaitable<void> end_left_scratch(Services& s, std::string scratch_path);

}  // namespace slotwarden::run
