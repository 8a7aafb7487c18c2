// A server whose append-only file is to be made anew from a dump: `appendonly yes` reads no dump, so it was started
// without, and is switched back once it has loaded.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "adapters/resp.h"
#include "facts/kept_copy.h"
#include "run/services.h"

namespace slotwarden::run {

// What a worker needs to move an instance's append-only files out of the server's way.
struct AofFiles {
  std::string directory;
  std::string user;
  std::vector<std::string> names;
  KeptCopy note;
};
[[nodiscard]] AofFiles aof_files_of(const Instance& i, std::string who);

// Moves them into the kept copies. What was moved, by its new names; empty when there was nothing. Blocking.
[[nodiscard]] Result<std::string> move_aside(AofFiles f);

// Before every start with a dump in their place: those of a try that did not come to its end.
asio::awaitable<void> clear_append_only(Instance& i, Services& s);

// While it runs: switches the append-only file on once the dump was loaded, and forgets the matter when it is written.
asio::awaitable<void> switch_append_only_on(Instance& i, Services& s, adapters::RespConnection& server);

}  // namespace slotwarden::run
