// systemd-logind, which holds a shutdown of the host up, for a bounded time, for those who asked it to.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "facts/result.h"

namespace slotwarden::adapters {

namespace asio = boost::asio;

class LoginManager {
 public:
  enum class News {
    lock,        // ours, from now on
    no_lock,     // `why` says what kept it from us
    going_down,  // the host does, as soon as every lock is released or the longest delay has passed
    called_off,  // it stays up after all; the lock must be asked for again
    appeared,    // it was started, or restarted: it may be asked now
  };
  struct Word {
    News news = News::no_lock;
    std::string why;
  };

  // Connects to the system bus and listens. Nothing here waits for the other side: all of it goes on within next().
  [[nodiscard]] static Result<std::unique_ptr<LoginManager>> connect(const asio::any_io_executor& on);
  ~LoginManager();
  LoginManager(const LoginManager&) = delete;
  LoginManager& operator=(const LoginManager&) = delete;

  // What is heard next. Fails when the bus has gone: connect anew then; the lock that is held ends with this object.
  // One caller at a time.
  [[nodiscard]] asio::awaitable<Result<Word>> next();
  // Answered by `lock` or `no_lock`. `why` is what `systemd-inhibit --list` shows of us. A lock that is held already is
  // kept until the new one is there.
  void ask_for_lock(const std::string& why);
  // The shutdown may go on, as far as we are concerned.
  void release();
  // How long a lock holds a shutdown up at most (InhibitDelayMaxSec); known once a lock was held.
  [[nodiscard]] std::chrono::milliseconds longest_delay() const;

 private:
  struct Impl;
  explicit LoginManager(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with a wait under way, which may outlive this
};

}  // namespace slotwarden::adapters
