// Keeps what is sent to another host within the bandwidth that is allowed, and out of the way of what else the host
// sends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facts/units.h"
#include "run/clock.h"

namespace slotwarden::run {

class Pacer {
 public:
  // `limit`: bytes a second at most. `host`: to whom; where it is a name only the limit holds.
  Pacer(std::optional<Bytes> limit, const std::string& host);

  // When more may be sent, after so many bytes were.
  [[nodiscard]] Instant after(std::uint64_t bytes);
  // Bytes a second, as it stands; unset: as fast as it goes.
  [[nodiscard]] std::optional<Bytes> allowed() const { return allowed_; }

 private:
  void look();

  std::optional<Bytes> limit_;
  std::string interface_;  // empty: not known
  std::optional<Bytes> allowed_;
  std::optional<Bytes> sent_then_;  // by everybody, at the last look
  Instant looked_ = now();
  std::uint64_t ours_ = 0;  // since then
  Instant due_ = now();
};

}  // namespace slotwarden::run
