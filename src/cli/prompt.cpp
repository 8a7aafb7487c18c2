#include "cli/prompt.h"

#include "cli/known_instances.h"
#include "cli/line_editor.h"
#include "cli/obey.h"
#include "control/words.h"

namespace slotwarden::cli {
namespace {

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
    if (const int ended = static_cast<int>(obey(c, g, command)); ended != 0) code = ended;
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
