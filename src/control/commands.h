// Every command of the control socket, once. The parser, the command's help and completion, and docs/commands.md all
// walk this table; nothing else knows the names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace slotwarden::control {

// What a command wants to be told about: instances are named by port, by `all`, or by a policy's name.
enum class Takes {
  nothing,
  any_instances,
  some_instances,
  one_port,
  command_name,
  channel,
  host_words,
  inspection,
  certificates,
  backups,
  ports  // by number or `all`: no instances yet
};

struct OptionText {
  std::string_view name;          // "--limit"
  std::string_view brief;         // "-n", or empty
  std::string_view value;         // what follows it: "N"; empty for a switch
  std::string_view help;          // a clause, lower case, no full stop
  bool of_slotwardenctl = false;  // never sent: slotwardenctl itself obeys it
};

struct CommandText {
  std::string_view name;  // upper case
  Takes takes = Takes::nothing;
  bool takes_signal = false;  // a signal's name comes before the instances
  bool changes = false;       // it changes something, so the caller is recorded with it
  std::string_view help;      // one sentence, lower case, no full stop
  std::string_view reply;     // the shape of the JSON document it answers
  std::span<const OptionText> options{};
};

[[nodiscard]] std::span<const CommandText> commands();
// By name in any case; null if there is none.
[[nodiscard]] const CommandText* find_command(std::string_view name);
// The command's name nearest in spelling, or empty when nothing is near.
[[nodiscard]] std::string_view nearest_command(std::string_view name);

// "signal NAME PORT|all|POLICY… " and its options, as usage errors and the help print it; lower case.
[[nodiscard]] std::string form(const CommandText& c);
// What HELP answers: every command, or the one of that name, as a JSON array; empty array for an unknown name.
[[nodiscard]] std::string help_json(std::string_view name);
// The table as the reference part of docs/commands.md.
[[nodiscard]] std::string commands_markdown();

}  // namespace slotwarden::control
