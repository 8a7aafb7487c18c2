#include "decide/take_over_files.h"

#include <charconv>

namespace slotwarden::decide {

namespace {

constexpr std::string_view heading = "# slotwarden keeps the server of port ";

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string disarming_drop_in(bool delegating) {
  return std::string("# slotwarden keeps this server: the unit must neither restart nor stop it.\n") +
         "[Unit]\nRefuseManualStop=yes\n"
         "[Service]\nRestart=no\nExecStop=\nExecStopPost=\nWatchdogSec=0\n"
         // A stop, such as that of the whole host, waits until slotwarden has stopped the server. Not KillMode=none, of
         // which systemd complains each time that it reads its units.
         "KillMode=process\nKillSignal=SIGCONT\nRestartKillSignal=SIGCONT\nSendSIGKILL=no\nSendSIGHUP=no\n"
         "TimeoutStopSec=infinity\n"
         "RuntimeDirectoryPreserve=yes\n"
         // An end that slotwarden deals with is no failure of the unit.
         "SuccessExitStatus=1 SIGKILL SIGSEGV SIGABRT SIGBUS SIGILL SIGFPE\n" +
         (delegating ? "Delegate=yes\n" : "");
}

std::string lasting_drop_in(Port port, const std::string& configuration) {
  std::string path;
  for (const char c : configuration) path += c == '%' ? "%%" : std::string(1, c);
  return std::string(heading) + std::to_string(port.n) + ". Undone by: slotwardenctl give-back " +
         std::to_string(port.n) + "\n[Unit]\nConditionPathExists=!" + path + "\n";
}

Port port_of_drop_in(std::string_view text) {
  if (!text.starts_with(heading)) return Port{};
  text.remove_prefix(heading.size());
  std::uint16_t n = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), n);
  return failure == std::errc{} && end != text.data() + text.size() && *end == '.' ? Port{n} : Port{};
}

std::string directories_of(const Unit& u) {
  std::string text;
  const auto user = u.user.empty() ? std::string("root") : u.user;
  const auto group = u.users_group.empty() ? std::string("-") : u.users_group;
  for (const auto& d : u.runtime_directories)
    text += "d /run/" + d + " " + u.runtime_mode + " " + user + " " + group + " -\n";
  return text.empty() ? text : "# Made by " + u.name + " before slotwarden took its server over.\n" + text;
}

std::string instance_of(const TakeOver& t, bool with_user) {
  return "# Taken over as it ran by slotwardenctl adopt. Undone by: slotwardenctl give-back " +
         std::to_string(t.port.n) + "\n[[instance]]\nport   = " + std::to_string(t.port.n) +
         "\nconfig = " + quoted(t.config_file) + "\nserver = " + quoted(t.program) + "\npolicy = " + quoted(t.policy) +
         "\n" + (with_user ? "user   = " + quoted(t.user) + "\n" : "");
}

}  // namespace slotwarden::decide
