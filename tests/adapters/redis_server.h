// A real redis-server for one test, on loopback and a free port.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/temporary.h"
#include "facts/units.h"

namespace slotwarden::tests {

// Nobody listens on it, nor on the bus port above it, at this moment.
inline Port free_port() {
  const auto is_free = [](int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::close(fd);
    return bound;
  };
  static int next = 11'000 + ::getpid() % 9'000;
  for (int tried = 0; tried < 1'000; ++tried) {
    const int port = next++;
    if (is_free(port) && is_free(port + 10'000)) return {static_cast<std::uint16_t>(port)};
  }
  throw std::runtime_error("no free port");
}

class RedisServer {
 public:
  // Returns when it accepts connections. `{port}` and `{dir}` in an argument stand for its own.
  explicit RedisServer(std::vector<std::string> arguments = {}) : port_(free_port()) {
    std::vector<std::string> words{
        "redis-server", "--port", std::to_string(port_.n), "--dir", home_.path(), "--bind", "127.0.0.1", "--save", ""};
    for (auto& a : arguments)
      words.push_back(filled(filled(a, "{port}", std::to_string(port_.n)), "{dir}", home_.path()));
    start(words);
    await_ready();
  }
  ~RedisServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(log_);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] Port port() const { return port_; }
  [[nodiscard]] Pid pid() const { return {pid_}; }
  [[nodiscard]] Endpoint at() const { return {"127.0.0.1", port_}; }
  [[nodiscard]] std::string home() const { return home_.path(); }

 private:
  static std::string filled(std::string text, const std::string& what, const std::string& by) {
    if (const auto at = text.find(what); at != text.npos) text.replace(at, what.size(), by);
    return text;
  }

  void start(const std::vector<std::string>& words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    log_ = ends[0];
    std::vector<char*> argv;
    for (const auto& w : words) argv.push_back(const_cast<char*>(w.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, ends[1], 1);
    const int failed = ::posix_spawnp(&pid_, "redis-server", &files, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::close(ends[1]);
    if (failed) throw std::runtime_error("cannot start redis-server");
  }

  void await_ready() {
    std::string said;
    while (said.find("Ready to accept connections") == said.npos) {
      pollfd log{log_, POLLIN, 0};
      char text[4096];
      const auto n = ::poll(&log, 1, 30'000) == 1 ? ::read(log_, text, sizeof text) : 0;
      if (n <= 0) throw std::runtime_error("redis-server did not get ready: " + said);
      said.append(text, static_cast<std::size_t>(n));
    }
  }

  Temporary home_;
  Port port_;
  pid_t pid_ = -1;
  int log_ = -1;
};

}  // namespace slotwarden::tests
