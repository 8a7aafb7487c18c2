// A server that does exactly what a test tells it to: one connection, one script.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "facts/units.h"

namespace slotwarden::tests {

class Puppet {
 public:
  class Client {
   public:
    explicit Client(int fd) : fd_(fd) {}
    // Reads until `end` has been seen, or the other side has closed.
    void read_until(std::string_view end) {
      std::string seen;
      char c = 0;
      while (!seen.ends_with(end) && ::recv(fd_, &c, 1, 0) == 1) seen += c;
    }
    // False when the other side has closed.
    bool say(std::string_view text) {
      while (!text.empty()) {
        const auto n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
      }
      return true;
    }
    // Lets the client open: it names itself, and is told that this is fine.
    void greet() {
      read_until("slotwarden\r\n");
      say("+OK\r\n");
    }
    void await_close() {
      char text[4096];
      while (::recv(fd_, text, sizeof text, 0) > 0) continue;
    }

   private:
    int fd_;
  };

  explicit Puppet(std::function<void(Client&)> script) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_.n = ntohs(at.sin_port);
    thread_ = std::thread([this, script = std::move(script)] { play(script); });
  }
  ~Puppet() {
    ::shutdown(listener_, SHUT_RDWR);  // wakes an accept that nobody came to
    thread_.join();
    ::close(listener_);
  }
  Puppet(const Puppet&) = delete;
  Puppet& operator=(const Puppet&) = delete;

  [[nodiscard]] Endpoint at() const { return {"127.0.0.1", port_}; }

 private:
  void play(const std::function<void(Client&)>& script) const {
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    Client client(fd);
    script(client);
    ::close(fd);
  }

  int listener_ = -1;
  Port port_;
  std::thread thread_;
};

}  // namespace slotwarden::tests
