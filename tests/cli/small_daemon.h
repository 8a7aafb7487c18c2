// A daemon small enough for tests of the command: it answers each command as it was told to, and keeps a diary.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/codec.h"

namespace slotwarden::cli {

class SmallDaemon {
 public:
  // The RESP reply to each command; PING and SUBSCRIBE are known.
  explicit SmallDaemon(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {
    char name[] = "/tmp/slotwardenctl-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/control.sock";
    answers_.emplace("PING", control::simple("PONG"));
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, path_.data(), path_.size());
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(listener_, 16) != 0)
      std::abort();
    accepting_ = std::thread([this] { accept_all(); });
  }
  ~SmallDaemon() {
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : clients_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& t : serving_) t.join();
    for (const int fd : clients_) ::close(fd);
    ::close(listener_);
    std::filesystem::remove_all(directory_);
  }
  SmallDaemon(const SmallDaemon&) = delete;
  SmallDaemon& operator=(const SmallDaemon&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  // What was asked, one line each, in order; without PING and SUBSCRIBE.
  [[nodiscard]] std::vector<std::string> diary() {
    const std::lock_guard lock(mutex_);
    return diary_;
  }
  // Sent to every subscriber as soon as it has subscribed, then its connection is closed if `leave`.
  void tell(std::vector<std::string> events, bool leave) {
    events_ = std::move(events);
    leave_ = leave;
  }

 private:
  void accept_all() {
    for (int fd = 0; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      const std::lock_guard lock(mutex_);
      clients_.push_back(fd);
      serving_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    control::RequestDecoder decoder;
    char chunk[4096];
    for (ssize_t n = 0; (n = ::recv(fd, chunk, sizeof chunk, 0)) > 0;) {
      decoder.feed({chunk, static_cast<std::size_t>(n)});
      for (;;) {
        const auto next = decoder.next();
        const auto* argv = std::get_if<control::RequestDecoder::Arguments>(&next);
        if (!argv) break;
        const std::string reply = argv->front() == "SUBSCRIBE" ? subscription() : answer(*argv);
        if (reply.empty() || ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
        if (argv->front() == "SUBSCRIBE" && leave_) ::shutdown(fd, SHUT_WR);
      }
    }
  }

  std::string subscription() const {
    std::string out =
        control::array(std::array{control::bulk("subscribe"), control::bulk("events"), control::integer(1)});
    for (const std::string& e : events_)
      out += control::array(std::array{control::bulk("message"), control::bulk("events"), control::bulk(e)});
    return out;
  }

  std::string answer(const std::vector<std::string>& argv) {
    const std::lock_guard lock(mutex_);
    std::string line;
    for (const std::string& a : argv) line += (line.empty() ? "" : " ") + a;
    if (line != "PING") diary_.push_back(line);
    const auto it = answers_.find(argv.front());
    return it == answers_.end() ? control::error("ERR not prepared for " + argv.front()) : it->second;
  }

  std::map<std::string, std::string> answers_;
  std::vector<std::string> events_;
  bool leave_ = false;
  std::string directory_;
  std::string path_;
  int listener_ = -1;
  std::mutex mutex_;
  std::vector<std::string> diary_;
  std::vector<int> clients_;
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

}  // namespace slotwarden::cli
