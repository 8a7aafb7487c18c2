// slotwardenctl: asks slotwardend, prints what it answers.
#include <unistd.h>

#include <clocale>
#include <cstdlib>
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
  const Console console{.out = std::cout,
                        .err = std::cerr,
                        .in = std::cin,
                        .out_is_terminal = terminal,
                        .in_is_terminal = ::isatty(STDIN_FILENO) != 0,
                        .colour = terminal && (no_colour == nullptr || *no_colour == '\0')};
  try {
    if (g.command.empty()) return prompt(console, g);
    return static_cast<int>(obey(console, g, g.command));
  } catch (const std::exception& e) {
    std::cerr << "slotwardenctl: " << e.what() << '\n';
    return 1;
  }
}
