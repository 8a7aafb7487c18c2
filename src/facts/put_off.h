// A replica that is kept from standing for election while its master is restored.
#pragma once

#include <string>

#include "facts/units.h"

namespace slotwarden {

struct PutOff {
  Port port;  // of the master, an instance of this host
  NodeId master;
  NodeId replica;
  Endpoint at;
  std::string run_id;  // of the replica's process: its restart undoes what was set
  friend bool operator==(const PutOff&, const PutOff&) = default;
};

}  // namespace slotwarden
