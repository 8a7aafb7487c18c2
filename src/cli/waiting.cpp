#include "cli/waiting.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace slotwarden::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds drawn_every{500};

// Tells what the feed has already; false when it has failed.
bool tell_waiting(Feed& feed, const std::function<void(const Event&)>& tell) {
  for (;;) {
    const Result<std::optional<Event>> e = feed.next();
    if (!e) return false;
    if (!*e) return true;
    tell(**e);
  }
}

}  // namespace

Result<Answer> ask_and_tell(Connection& daemon, std::span<const std::string> argv, std::optional<Feed> feed,
                            std::optional<std::chrono::milliseconds> timeout,
                            const std::function<void(const Event&)>& tell_one, LiveLine& live) {
  const auto tell = [&](const Event& e) {
    live.wipe();
    tell_one(e);
  };
  if (const auto sent = daemon.send(argv); !sent) return sent.error();
  if (feed && !tell_waiting(*feed, tell)) feed.reset();  // some may have come with the confirmation
  const auto deadline = Clock::now() + timeout.value_or(std::chrono::milliseconds{0});
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (timeout && left <= 0)
      return Error{"no answer within " + std::to_string(timeout->count() / 1000) + " s; what was begun goes on",
                   ETIMEDOUT};
    std::array<pollfd, 2> watched{pollfd{daemon.fd(), POLLIN, 0}, pollfd{feed ? feed->fd() : -1, POLLIN, 0}};
    const auto longest = timeout ? std::min<long>(left, drawn_every.count()) : drawn_every.count();
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(longest));
    if (ready == 0) live.draw();
    if (ready < 0 && errno != EINTR) return Error{std::string("poll failed: ") + std::strerror(errno), errno};
    if (ready <= 0) continue;
    if (watched[1].revents != 0 && !(feed->take() && tell_waiting(*feed, tell))) feed.reset();
    if (watched[0].revents == 0) continue;
    Result<std::optional<Answer>> answer = daemon.receive();
    if (answer && !*answer) continue;
    live.wipe();
    if (!answer) return answer.error();
    return std::move(**answer);
  }
}

}  // namespace slotwarden::cli
