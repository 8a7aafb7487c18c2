// Events as they happen, on a connection of their own.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>

#include "cli/connection.h"
#include "facts/record.h"
#include "facts/result.h"

namespace slotwarden::cli {

// Which instances somebody asked about: all of them, or those of these ports.
struct Interest {
  bool everything = true;
  std::set<Port> ports;
  [[nodiscard]] bool in(const Event& e) const { return everything || ports.contains(e.port); }
};

// Asks the daemon which ports a policy's name stands for. No target means everything.
[[nodiscard]] Result<Interest> interest_in(Connection& daemon, std::span<const std::string> targets);

class Feed {
 public:
  [[nodiscard]] static Result<Feed> open(const std::string& socket);

  // After poll said that fd() is readable: takes what arrived. Then next() until it is nullopt.
  [[nodiscard]] Result<void> take();
  [[nodiscard]] Result<std::optional<Event>> next();
  [[nodiscard]] int fd() const { return connection_.fd(); }

 private:
  explicit Feed(Connection c) : connection_(std::move(c)) {}
  Connection connection_;
  std::optional<Answer> taken_;
};

}  // namespace slotwarden::cli
