// Texts that load, for tests to spoil one thing in.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "config/load.h"

namespace slotwarden::config {

inline constexpr std::string_view main_path = "/etc/slotwarden/slotwarden.toml";

inline std::string healthy_text() {
  return R"([host]
control_socket = "/run/slotwarden/control.sock"
control_group = "redis-admins"
state_dir = "/srv/slotwarden"
log_level = "debug"
probe_interval = "500ms"

[[instance]]
port = 7000
config = "/etc/redis/7000.conf"
user = "redis"

[[instance]]
port = 7001
config = "/etc/redis/7001.conf"
server = "/usr/bin/valkey-server"
policy = "cache"
credentials = "/etc/slotwarden/7001.credentials"
)";
}

// The text with one piece of it replaced, which must be there exactly once.
inline std::string with(std::string text, std::string_view piece, std::string_view instead) {
  const auto at = text.find(piece);
  EXPECT_NE(at, text.npos) << piece;
  EXPECT_EQ(text.find(piece, at + 1), text.npos) << piece;
  return at == text.npos ? text : text.replace(at, piece.size(), instead);
}

inline Loaded load_text(std::string text) {
  return load({{std::string{main_path}, std::move(text)}}, {});
}

inline Loaded load_policy(std::string name, std::string text) {
  return load({{std::string{main_path}, healthy_text()}}, {{"/p/" + name + ".toml", std::move(text)}});
}

// All problems as they are printed, one to a line.
inline std::string printed(const std::vector<Problem>& problems) {
  std::string all;
  for (const auto& p : problems) all += describe(p) + "\n";
  return all;
}

}  // namespace slotwarden::config
