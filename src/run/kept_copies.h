// The copies kept beside an instance's data: looked at when its dataset holds a start.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "facts/copy.h"
#include "facts/kept_copy.h"
#include "run/services.h"

namespace slotwarden::run {

// Verifies every copy that is kept of the instance, judges them by decide/kept.h, and leaves what it found in the
// instance for `explain`. yes: one may take the dataset's place.
asio::awaitable<Tri> look_at_kept(Instance& i, Services& s);

// Shows what is being read through for as long as it lives.
class Verifying {
 public:
  Verifying(Instance& i, std::string what) : instance_(i) {
    instance_.reading = Reading{std::move(what), std::make_shared<observe::Progress>()};
  }
  ~Verifying() { instance_.reading.reset(); }
  Verifying(const Verifying&) = delete;
  Verifying& operator=(const Verifying&) = delete;
  [[nodiscard]] std::shared_ptr<observe::Progress> progress() const { return instance_.reading->progress; }

 private:
  Instance& instance_;
};

// Identifies a kept file and its note without reading them.
[[nodiscard]] std::string signature_of_kept(const std::string& path);
// The shard that an instance is of, as a kept copy notes it (facts/copy.h).
[[nodiscard]] std::string shard_of(const Instance& i);
// What the record says that it held when it was last seen.
[[nodiscard]] Copy recorded_copy(const Instance& i);

}  // namespace slotwarden::run
