// A copy of a shard's data that comes to an instance from the process that saved it: of this host, or over a channel.
// What arrives is the copy that is read through here, whatever was said of it; what becomes of it: decide/arrival.h.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "act/kept.h"
#include "decide/arrival.h"
#include "facts/kept_copy.h"
#include "run/services.h"

namespace slotwarden::run {

// A file without a name in the folder of kept copies, to be written by whoever receives it; gone with this object,
// unless it is settled. Nobody but its holder sees it before.
struct Arriving {
  act::KeptFolder folder;
  act::Incoming file;
};

// Room for a file of this size beside the instance's data. Blocking.
[[nodiscard]] Result<std::shared_ptr<Arriving>> expect_arrival(const std::string& directory, const std::string& user,
                                                               Bytes size);

struct Arrived {
  decide::ArrivalVerdict verdict;  // its rule is empty where an error came before it
  bool failed = false;             // it was to be kept, and could not be: it is not here
  std::string name;                // by which it is kept; empty when it is not
  std::string text;                // a sentence for people: what became of it, or what went wrong
};

// The file is written and synced. Reads it through, compares it with what the sender's note says (SHA-256, where it has
// one), keeps it under a clear name, and puts it in place where the rules say so. What was in place is kept. The events
// are told here.
[[nodiscard]] asio::awaitable<Arrived> settle_arrival(Instance& i, Services& s, std::shared_ptr<Arriving> arriving,
                                                      KeptCopy sent);

// The same of a file of this host, which is copied first; a copy that is here already is passed over.
[[nodiscard]] asio::awaitable<Arrived> arrive_from(Instance& i, Services& s, std::string path, KeptCopy sent);

}  // namespace slotwarden::run
