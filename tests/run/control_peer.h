// A client of the control socket as tests need it: plain blocking system calls, so that it can misbehave.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace slotwarden::run {

class Peer {
 public:
  explicit Peer(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, path.data(), path.size());
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  }
  ~Peer() {
    if (fd_ >= 0) ::close(fd_);
  }
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
  Peer& operator=(Peer&&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // Everything up to and including `end`, or what came until the server closed or ten seconds passed.
  [[nodiscard]] std::string read_until(std::string_view end) const {
    std::string got;
    while (got.find(end) == std::string::npos) {
      char byte = 0;
      if (!readable() || ::recv(fd_, &byte, 1, 0) <= 0) break;
      got += byte;
    }
    return got;
  }

  [[nodiscard]] std::string read_to_end() const {
    std::string got;
    char chunk[65'536];
    while (readable()) {
      const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
      if (n <= 0) break;
      got.append(chunk, static_cast<std::size_t>(n));
    }
    return got;
  }

  // Waits, without reading, until the server closed the connection.
  [[nodiscard]] bool hung_up_within(std::chrono::milliseconds longest) const {
    pollfd watched{fd_, 0, 0};
    return ::poll(&watched, 1, static_cast<int>(longest.count())) == 1 && (watched.revents & POLLHUP) != 0;
  }

 private:
  [[nodiscard]] bool readable() const {
    pollfd watched{fd_, POLLIN, 0};
    return ::poll(&watched, 1, 10'000) == 1;
  }

  int fd_;
  bool connected_ = false;
};

}  // namespace slotwarden::run
