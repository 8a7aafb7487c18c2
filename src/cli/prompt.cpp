#include "cli/prompt.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/known_instances.h"
#include "cli/line_editor.h"
#include "cli/obey.h"
#include "control/words.h"

namespace slotwarden::cli {
namespace {

// In a process of its own, so that Ctrl-C ends the command and not the prompt.
int obey_apart(const Console& c, const Globals& g, const std::vector<std::string>& command) {
  c.out << std::flush;
  const pid_t child = ::fork();
  if (child < 0) return static_cast<int>(obey(c, g, command));
  if (child == 0) {
    std::signal(SIGINT, SIG_DFL);
    int code = static_cast<int>(control::ExitCode::failed);
    try {
      code = static_cast<int>(obey(c, g, command));
    } catch (const std::exception& e) {
      c.err << "slotwardenctl: " << e.what() << '\n';
    }
    c.out << std::flush;
    ::_exit(code);  // the history is the parent's to save
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
  c.out << std::endl;
  return 128 + WTERMSIG(status);
}

// Ctrl-C interrupts what the prompt waits for, and no more; how it was before is put back.
class Interruptible {
 public:
  Interruptible() {
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    ::sigaction(SIGINT, &nothing, &before_);
  }
  ~Interruptible() { ::sigaction(SIGINT, &before_, nullptr); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  struct sigaction before_ {};
};

struct Session {
  const Console& c;
  const Globals& g;
  int code = 0;

  // False: leave.
  bool run(std::string_view line) {
    const Result<std::vector<std::string>> words = control::split_words(line);
    if (!words) {
      c.err << words.error().what << '\n';
      code = static_cast<int>(control::ExitCode::usage);
      return true;
    }
    if (words->empty() || words->front().starts_with('#')) return true;
    if (words->front() == "exit" || words->front() == "quit") return false;
    std::vector<std::string> command = *words;
    if (command.front() == "?") command.front() = "help";
    const int ended = c.in_is_terminal ? obey_apart(c, g, command) : static_cast<int>(obey(c, g, command));
    if (ended != 0) code = ended;
    return true;
  }
};

}  // namespace

int prompt(const Console& c, const Globals& g) {
  Session session{c, g};
  if (!c.in_is_terminal) {
    std::string line;
    while (std::getline(c.in, line) && session.run(line)) {
    }
    return session.code;
  }
  const Interruptible interruptible;
  session.run("status");
  session.code = 0;
  LineEditor editor("slotwarden> ", ".slotwardenctl_history", [&g] { return known_instances(g.socket); });
  for (;;) {
    const std::optional<std::string> line = editor.read();
    if (!line) c.out << '\n';
    if (!line || !session.run(*line)) return session.code;
  }
}

}  // namespace slotwarden::cli
