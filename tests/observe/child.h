// A process that a test starts, and ends by its pid.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include "facts/units.h"

namespace slotwarden::test {

class Child {
 public:
  // Runs `body` in a fork. Returns once it has called its argument, `ready`; then the child is to stay: wait_for_end().
  template <class Body>
  explicit Child(Body body) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      body([fd = ends[1]](std::string_view word = "r") { return ::write(fd, word.data(), word.size()) > 0; });
      ::_exit(0);
    }
    ::close(ends[1]);
    std::array<char, 256> room{};
    const auto n = ::read(ends[0], room.data(), room.size());
    word_.assign(room.data(), static_cast<std::size_t>(n > 0 ? n : 0));
    ::close(ends[0]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  [[nodiscard]] Pid pid() const { return Pid{pid_}; }
  // What it said when it was ready.
  [[nodiscard]] const std::string& word() const { return word_; }
  void signal(int number) const { ::kill(pid_, number); }
  // Until it is a zombie: it has ended and nobody has asked for its status.
  void await_zombie() const { await(WEXITED); }
  void await_stop() const { await(WSTOPPED); }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
  }

 private:
  void await(int what) const {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, what | WNOWAIT);
  }

  pid_t pid_ = 0;
  std::string word_;
};

[[noreturn]] inline void wait_for_end() {
  for (;;) ::pause();
}

}  // namespace slotwarden::test
