// A blocking connection to the daemon, spoken with hiredis.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "facts/result.h"

struct redisContext;

namespace slotwarden::cli {

// One reply. A string or an error is in `text`; the strings of an array are in `parts`.
struct Answer {
  bool is_error = false;
  std::string text;
  std::vector<std::string> parts;
};

class Connection {
 public:
  // The error says what to do about it, for a person: is the daemon running, who may ask it.
  [[nodiscard]] static Result<Connection> open(const std::string& socket);
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) noexcept = default;

  // Waits for the answer, for ever unless there is a timeout. Afterwards a failed connection is of no further use.
  [[nodiscard]] Result<Answer> ask(std::span<const std::string> argv,
                                   std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  // The two halves of ask, for those who wait for more than one connection at a time.
  [[nodiscard]] Result<void> send(std::span<const std::string> argv);
  // Takes what has arrived, blocking only when poll would not have said that fd() is readable; nullopt while no whole
  // answer has arrived.
  [[nodiscard]] Result<std::optional<Answer>> receive();
  // An answer that arrived together with the one before it; does not touch the socket.
  [[nodiscard]] Result<std::optional<Answer>> buffered();
  [[nodiscard]] int fd() const;

 private:
  struct Free {
    void operator()(redisContext* c) const noexcept;
  };
  explicit Connection(redisContext* c) : context_(c) {}
  [[nodiscard]] Error failure() const;

  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace slotwarden::cli
