#include "run/pacer.h"

#include <algorithm>

#include "decide/pace.h"
#include "observe/network.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto look_every = 1s;

}  // namespace

Pacer::Pacer(std::optional<Bytes> limit, const std::string& host) : limit_(limit), allowed_(limit) {
  if (auto found = observe::interface_towards(host)) interface_ = std::move(*found);
  look();
}

void Pacer::look() {
  if (interface_.empty()) return;
  const auto seen = observe::interface_traffic(interface_);
  if (!seen) return;
  decide::PaceEvidence e{.limit = limit_, .link = seen->link, .others = {}};
  const auto passed = static_cast<std::uint64_t>(std::max<std::int64_t>(since(looked_).count(), 1));
  // What it says includes ours, with what the protocols below add to it: about a twentieth.
  if (sent_then_) e.others = Bytes{(seen->sent - *sent_then_ - Bytes{ours_ / 20 * 21}).n * 1000 / passed};
  allowed_ = decide::pace(e);
  sent_then_ = seen->sent;
  looked_ = now();
  ours_ = 0;
}

Instant Pacer::after(std::uint64_t bytes) {
  ours_ += bytes;
  if (since(looked_) >= look_every) look();
  // What was not used while nothing was sent is not made up for.
  due_ = std::max(due_, now() - look_every);
  if (allowed_) due_ += std::chrono::microseconds(bytes * 1'000'000 / std::max<std::uint64_t>(allowed_->n, 1));
  return due_;
}

}  // namespace slotwarden::run
