#include <array>
#include <csignal>

#include "control/request.h"

namespace slotwarden::control {
namespace {

struct Signal {
  std::string_view name;
  int number;
};

// Those that mean something to a Redis or Valkey server or to a person who debugs one.
constexpr std::array signals{
    Signal{"HUP", SIGHUP},   Signal{"INT", SIGINT},   Signal{"QUIT", SIGQUIT}, Signal{"ABRT", SIGABRT},
    Signal{"KILL", SIGKILL}, Signal{"USR1", SIGUSR1}, Signal{"USR2", SIGUSR2}, Signal{"ALRM", SIGALRM},
    Signal{"TERM", SIGTERM}, Signal{"CONT", SIGCONT}, Signal{"STOP", SIGSTOP}, Signal{"SEGV", SIGSEGV},
};

}  // namespace

std::optional<int> signal_number(std::string_view name) {
  std::string upper(name);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (upper.starts_with("SIG")) upper.erase(0, 3);
  for (const Signal& s : signals)
    if (s.name == upper) return s.number;
  return std::nullopt;
}

}  // namespace slotwarden::control
