// A copy of an instance's data put in place of what is there, which is kept. The process must be down, and the instance
// must hold the lock on its directory.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "run/services.h"

namespace slotwarden::run {

// Puts the best copy in place, by the last look_at_kept. One that cannot be put in place, or that changed nothing, is
// not tried again until it changes.
asio::awaitable<void> install_best(Instance& i, Services& s);

// Puts a copy in place that an operator named: a kept one by its name, or any file by its path; that one is copied into
// the folder first. It is read through, whatever its note says. `who`: the operator and the reason, for the events.
asio::awaitable<Named> install_named(Instance& i, Services& s, std::string from, std::string who);

// A kept copy that an operator named, read through and judged as install_named would.
struct JudgedCopy {
  KeptCopy note;
  Dataset found;
  Verdict verdict;
  // Of its largest keys: how many were looked at, and how many are of slots that the instance owns. Both 0 where it
  // owns none, or is no cluster node.
  std::size_t sampled = 0;
  std::size_t owned = 0;
};

// Changes nothing, and may be asked while the server runs. ENOENT: there is none of that name. `progress` may be null.
asio::awaitable<Result<JudgedCopy>> judge_named(const Instance& i, Services& s, std::string name,
                                                std::shared_ptr<observe::Progress> progress);

}  // namespace slotwarden::run
