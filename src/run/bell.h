// Lets one coroutine wait for something to happen that another one makes happen. A ring that comes while nobody waits
// is kept, so none is lost between asking a question and waiting for the answer to change.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace slotwarden::run {

namespace asio = boost::asio;

// Used on one event loop; one waiter at a time.
class Bell {
 public:
  explicit Bell(const asio::any_io_executor& on) : timer_(on) {}

  void ring() {
    rung_ = true;
    timer_.cancel();
  }

  // Returns true when it was rung (since the last wait), false when `longest` passed first.
  asio::awaitable<bool> wait(std::chrono::milliseconds longest) {
    if (!rung_) {
      timer_.expires_after(longest);
      boost::system::error_code ignored;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return std::exchange(rung_, false);
  }

 private:
  asio::steady_timer timer_;
  bool rung_ = false;
};

}  // namespace slotwarden::run
