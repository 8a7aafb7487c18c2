// slotwardenctl: asks slotwardend, prints what it answers.
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "cli/arguments.h"
#include "cli/completion.h"
#include "cli/known_instances.h"
#include "cli/obey.h"
#include "cli/prompt.h"
#include "run/certificates.h"
#include "run/doctor.h"
#include "run/inspect.h"
#include "run/take_over.h"
#include "run/verify_backups.h"

namespace {

// For the shells; a daemon that does not answer only leaves out what it would know.
int complete(int argc, char** argv) {
  using namespace slotwarden::cli;
  const std::vector<std::string> words(argv + 2, argv + argc);
  const char* none[] = {"slotwardenctl"};
  const auto socket = read_arguments(1, none, SLOTWARDEN_VERSION).socket;
  for (const auto& word : shell_completions(words, socket, known_instances)) std::cout << word << '\n';
  return 0;
}

// What was printed must have arrived: a file that is cut short by a full disk is no success.
int ended_with(int code) {
  if (std::cout.flush()) return code;
  std::cerr << "slotwardenctl: the output could not be written: " << std::strerror(errno) << '\n';
  return code == 0 ? 1 : code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace slotwarden::cli;
  std::setlocale(LC_CTYPE, "");
  if (argc > 2 && std::string_view(argv[1]) == "--complete") return complete(argc, argv);
  Globals g = read_arguments(argc, argv, SLOTWARDEN_VERSION);
  g.local = {.look = slotwarden::run::look_at_this_host,
             .repair = slotwarden::run::repair_this_host,
             .print_file = slotwarden::run::print_host_file,
             .restore = slotwarden::run::restore_this_host,
             .inspect_dump = slotwarden::run::inspect_dump,
             .inspect_dataset = slotwarden::run::inspect_dataset,
             .verify_backups = slotwarden::run::verify_backups,
             .export_backup = slotwarden::run::export_backup,
             .certificates = slotwarden::run::certificates,
             .servers_to_take_over = slotwarden::run::servers_to_take_over,
             .make_way = slotwarden::run::make_way,
             .undo_way = slotwarden::run::undo_way,
             .to_give_back = slotwarden::run::to_give_back,
             .put_configuration_aside = slotwarden::run::put_configuration_aside,
             .put_configuration_back = slotwarden::run::put_configuration_back,
             .hand_back = slotwarden::run::hand_back};
  if (g.leave) {
    (*g.leave == 0 ? std::cout : std::cerr) << g.text;
    return *g.leave;
  }
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
  const Console console{.out = std::cout,
                        .err = std::cerr,
                        .in = std::cin,
                        .out_is_terminal = terminal,
                        .in_is_terminal = ::isatty(STDIN_FILENO) != 0,
                        .colour = terminal && !dumb && (no_colour == nullptr || *no_colour == '\0')};
  try {
    return ended_with(g.command.empty() ? prompt(console, g) : static_cast<int>(obey(console, g, g.command)));
  } catch (const std::exception& e) {
    std::cerr << "slotwardenctl: " << e.what() << '\n';
    return 1;
  }
}
