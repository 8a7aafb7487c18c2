// A redis-server in a test's own directory.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "adapters/fd.h"
#include "observe/child.h"
#include "observe/scratch.h"

namespace slotwarden::test {

inline constexpr auto real_server = "/usr/bin/redis-server";

// A redis-server on a unix socket in its own directory: no port is needed.
class RealServer {
 public:
  RealServer(const Scratch& dir, const char* appendonly)
      : socket_(dir / "s"), child_([&](auto ready) {
          ready();
          const adapters::Fd log(::open((dir / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
          ::dup2(log.get(), STDOUT_FILENO);
          ::execl(real_server, real_server, "--port", "0", "--unixsocket", socket_.c_str(), "--dir", dir.path().c_str(),
                  "--save", "", "--appendonly", appendonly, nullptr);
        }) {
    for (int i = 0; i < 10'000 && !connect() && !ended(); ++i) ::poll(nullptr, 0, 1);
  }

  // False: it has ended instead.
  [[nodiscard]] bool came_up() const { return came_up_; }

  // Sends one inline command and returns the first line of the answer; empty when the server has gone, which one that
  // refuses its dataset may do between the connection and the question.
  std::string ask(std::string command) {
    command += "\r\n";
    if (::send(connection_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0) return "";
    std::string line;
    for (char c = 0; c != '\n' && ::read(connection_.get(), &c, 1) == 1;) line += c;
    return line.substr(0, line.find('\r'));
  }

  // Until the process is gone.
  void stop() {
    ask("SHUTDOWN NOSAVE");
    child_.await_zombie();
    child_.end();
  }

 private:
  bool connect() {
    connection_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    socket_.copy(at.sun_path, sizeof at.sun_path - 1);
    came_up_ = ::connect(connection_.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 && ask("PING") == "+PONG";
    return came_up_;
  }
  [[nodiscard]] bool ended() const {
    siginfo_t info{};
    const auto pid = static_cast<id_t>(child_.pid().n);
    return ::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }

  std::string socket_;
  Child child_;
  adapters::Fd connection_;
  bool came_up_ = false;
};

}  // namespace slotwarden::test
