#include "control/commands.h"

#include <algorithm>
#include <array>

#include "control/json.h"

namespace slotwarden::control {
namespace {

constexpr OptionText reason{"--reason", "", "TEXT", "why; recorded with who asked and shown by events"};
constexpr OptionText in_place{"--in-place", "", "", "without a hand-over to a replica; needs --reason"};
constexpr OptionText take_back{"--take-back", "", "", "become master again once it is back and in sync"};
constexpr OptionText timeout{"--timeout", "", "SECONDS", "stop waiting for the daemon's answer; what was begun goes on",
                             true};
constexpr OptionText progress{"--verbose", "-v", "", "print what happens meanwhile, even when not on a terminal", true};

constexpr std::array for_start{
    OptionText{"--force", "", "", "override what holds it, after printing what this may lose; needs --reason"}, reason,
    OptionText{"--yes", "", "", "do not ask before --force", true}, timeout, progress};
constexpr std::array for_stop{in_place, reason, timeout, progress};
constexpr std::array for_restart{in_place, take_back, reason, timeout, progress};
constexpr std::array for_rolling{take_back,
                                 OptionText{"--resume", "", "", "leave out what the last rolling restart had finished"},
                                 reason, timeout, progress};
constexpr std::array for_intent{reason};
constexpr std::array for_release{
    OptionText{"--saves", "", "", "not the hold: let it save by its own save points again, until the next update"},
    reason};
constexpr std::array for_save{OptionText{"--now", "", "", "before everybody else; it still waits for memory"}, timeout,
                              progress};
constexpr std::array for_events{OptionText{"--limit", "-n", "N", "the newest N (100)"},
                                OptionText{"--follow", "-f", "", "go on printing events as they happen", true}};
constexpr std::array for_tail{OptionText{"--lines", "-n", "N", "the last N lines, within the last 32768 bytes"},
                              OptionText{"--bytes", "-c", "N", "the last N bytes (8192, at most 32768)"},
                              OptionText{"--follow", "-f", "", "go on printing what is appended", true}};

constexpr std::array for_doctor{
    OptionText{
        "--fix", "", "",
        "carry out what can be, also what the policy only audits: it is your order; shows it first, and asks on a "
        "terminal",
        true},
    OptionText{"--yes", "", "", "do not ask before --fix", true},
    OptionText{"--config", "", "FILE", "the daemon's configuration (/etc/slotwarden/slotwarden.toml)", true}};
constexpr std::array for_host{
    OptionText{"--config", "", "FILE", "the daemon's configuration (/etc/slotwarden/slotwarden.toml)", true}};

constexpr std::array for_accept{
    OptionText{"--from", "", "FILE|NAME", "an RDB file by its path, or a kept copy by its name; needs --reason"},
    reason, timeout, progress};
constexpr std::array for_inspect{
    OptionText{"--keys", "", "", "list the databases and the types of the keys", true},
    OptionText{"--biggest", "", "N", "name the N keys that take the most room in the file (at most 1000)", true},
    OptionText{"--config", "", "FILE", "the daemon's configuration (/etc/slotwarden/slotwarden.toml)", true}};

constexpr std::array for_backups{
    OptionText{"--config", "", "FILE", "for verify and export: the daemon's (/etc/slotwarden/slotwarden.toml)", true}};

constexpr std::array for_rehearse{timeout, progress};

constexpr std::array for_cert{
    OptionText{"--directory", "", "DIR", "where they are kept (/etc/slotwarden/tls)", true},
    OptionText{"--days", "", "N", "how long it is to be valid: an authority 3650 days, a host 397, unless given",
               true}};

constexpr std::array for_restore{
    OptionText{"--generation", "", "NAME", "one that backups lists; needs --reason"},
    reason,
    OptionText{"--plan", "", "", "say what would be done and what would be lost, and do nothing"},
    OptionText{"--yes", "", "", "do not ask, after printing the plan", true},
    timeout,
    progress};

constexpr OptionText config_file{"--config", "", "FILE", "the daemon's configuration (/etc/slotwarden/slotwarden.toml)",
                                 true};
constexpr std::array for_adopt{OptionText{"--plan", "", "", "only show what would be done, as without a port", true},
                               OptionText{"--policy", "", "NAME", "the policy to keep them by (storage)", true},
                               OptionText{"--yes", "", "", "do not ask, after printing what will be done", true},
                               config_file};
constexpr std::array for_give_back{
    OptionText{"--plan", "", "", "only show what would be done", true},
    OptionText{"--unsupervised", "", "", "also where nobody would keep it then: it runs on", true},
    OptionText{"--yes", "", "", "do not ask, after printing what will be done", true}, config_file};

constexpr std::string_view outcomes = "an array of {port, outcome, rule, text}";

constexpr std::array table{
    CommandText{
        "STATUS", Takes::any_instances, false, false, "what each instance does now, and what holds it",
        "an array of {port, state, role, policy, pid, since, node_id, keys}, with hold {rule, because, release} and "
        "note where there is something to say"},
    CommandText{
        "DOCTOR", Takes::any_instances, false, false,
        "whether this host and its servers are set up as they should be; needs no daemon",
        "{findings [{setting, port, expected, actual, severity, why, fix, mode, kept}], not_seen, servers [{port, "
        "pid, policy, managed}], daemon}",
        for_doctor},
    CommandText{"HOST", Takes::host_words, false, true,
                "print the host's settings as files for an image; put back what they were before slotwarden (restore), "
                "or keep them again (enforce)",
                "{topic, text} for print, an array of {port, outcome, rule, text} otherwise", for_host},
    CommandText{"START", Takes::some_instances, false, true, "let it run, as soon as the start gate says go", outcomes,
                for_start},
    CommandText{"STOP", Takes::some_instances, false, true,
                "hand a master's slots over, then stop the server and keep it down", outcomes, for_stop},
    CommandText{"RESTART", Takes::some_instances, false, true,
                "hand a master's slots over, then stop and start the server; it returns as a replica", outcomes,
                for_restart},
    CommandText{"ROLLING-RESTART", Takes::some_instances, false, true,
                "restart one after another, replicas first, ending at the first that does not verify", outcomes,
                for_rolling},
    CommandText{"HOLD", Takes::some_instances, false, true,
                "do not start it by itself until release; a running server is left alone", outcomes, for_intent},
    CommandText{"RELEASE", Takes::some_instances, false, true, "end a hold", outcomes, for_release},
    CommandText{"ACCEPT-DATA", Takes::one_port, false, true,
                "put a dump in place of the dataset of a server that is down; it is verified first, and what was there "
                "is kept",
                outcomes, for_accept},
    CommandText{
        "BACKUPS", Takes::backups, false, false,
        "the generations kept beside each instance's data; verify reads each of them through again, and export "
        "copies one to another place, with the cluster's topology and sums; both need no daemon",
        "an array of {port, enabled, trouble, doing, copies [{generation, why, state, keys, size, kept, saved, "
        "in_place, shard, node, saved_by, replid, offset, sha256}], proven {generation, sha256, keys, at, loaded_ms, "
        "memory}, not_proven {generation, at, rule, detail}}; verify the same, with detail and do for "
        "each generation as it is now; export {port, directory, generation, files [{file, size, sha256}], "
        "keys, trouble, cleared}",
        for_backups},
    CommandText{"REHEARSE", Takes::any_instances, false, true,
                "load the newest generation in a server of its own, which nobody can reach, count its keys and end it; "
                "backups shows what was proven; it needs as much memory as the instance",
                outcomes, for_rehearse},
    CommandText{"RESTORE", Takes::one_port, false, true,
                "stop a master without a hand-over, put a generation in place of its dataset, start it, and let its "
                "replicas in once its keys were counted; what was there is kept",
                outcomes, for_restore},
    CommandText{"EXPLAIN", Takes::some_instances, false, false,
                "the rule that decides about it, every fact with its source and age, and what would release it",
                "an array of the status with verdict {ruling, rule, because, release}, evidence [{name, value, source, "
                "age_ms}], succession, would_release and may_lose"},
    CommandText{"INSPECT", Takes::inspection, false, false,
                "read an RDB file, or what the server of a port would load, to its last byte and say what it is worth; "
                "needs no daemon",
                "{what, state, detail, file, append_only, size, broken_at, keys, keys_with_expiry, keys_at_most, "
                "commands, would_drop, replid, offset, saved, writer, parts, contents}",
                for_inspect},
    CommandText{"CERT", Takes::certificates, false, false,
                "make and show the certificates by which the wardens of several hosts know each other; needs no daemon",
                "an array of {file, cluster, host, from, until, seconds_left, sha256}", for_cert},
    CommandText{"SAVE", Takes::some_instances, false, true,
                "write it to the disk as soon as memory allows, whatever its policy says", outcomes, for_save},
    CommandText{"SAVES", Takes::any_instances, false, false,
                "who saves, who is next, what each of the others waits for, and the memory there is for it",
                "{memory [{name, available_bytes, reserve_bytes, promised_bytes}], problem, pressure_percent, leases, "
                "saves}, the saves an array of {port, policy, rule, because, release, may_fork, kind, next_ms, age_ms, "
                "changes, predicted_bytes, urgency, failures, taken_over, problem, running, last, last_at}, with "
                "running {kind, "
                "ordered, percent, running_ms, eta_ms, copied_bytes, predicted_bytes} while it forks"},
    CommandText{"ADOPT", Takes::ports, false, true,
                "take servers that run without slotwarden over as they run; without a port, show which there are and "
                "who keeps them, which needs no daemon",
                "an array of {port, outcome, rule, text}; of a plan, an array of {port, pid, user, server, config, "
                "directory, role, master, clients, keeper, keeper_name, ruling, rule, because, release, detail, steps}",
                for_adopt},
    CommandText{"GIVE-BACK", Takes::one_port, false, true,
                "let go of a server that was adopted, as it runs: its unit has it again where systemd can take it",
                "an array of {port, outcome, rule, text}; of a plan, {port, pid, unit, configuration, ruling, rule, "
                "because, release, detail, steps}",
                for_give_back},
    CommandText{"EVENTS", Takes::any_instances, false, false, "what happened, oldest first",
                "an array of {at, port, event, rule, detail, id}", for_events},
    CommandText{"TAIL", Takes::one_port, false, false, "the end of what the server wrote to its log",
                "{port, path, journal, text, truncated, ends_at}", for_tail},
    CommandText{"SIGNAL", Takes::some_instances, true, true, "send a signal to the server", outcomes},
    CommandText{"PID", Takes::any_instances, false, false, "process numbers; without an instance, the daemon's",
                "an array of {port, pid}"},
    CommandText{"AVAIL", Takes::any_instances, false, false, "the configured instances and whether each runs",
                "an array of {port, policy, config, server, state}"},
    CommandText{"REREAD", Takes::nothing, false, false, "read the configuration and say what update would change",
                "{added, changed, removed}, each an array of ports"},
    CommandText{"UPDATE", Takes::nothing, false, true,
                "read the configuration and take it up; running servers are left alone", outcomes},
    CommandText{"VERSION", Takes::nothing, false, false, "the daemon's version", "{version, pid}"},
    CommandText{"SHUTDOWN", Takes::nothing, false, true, "end the daemon and leave every server running", outcomes},
    CommandText{"HELP", Takes::command_name, false, false, "this list, or one command",
                "an array of {command, form, help, changes, options}"},
    CommandText{"PING", Takes::nothing, false, false, "whether the daemon answers", "PONG, a simple string"},
    CommandText{"SUBSCRIBE", Takes::channel, false, false, "be sent each event as it happens",
                "a confirmation as Redis gives it, then [\"message\", \"events\", one event] for each"},
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view s) {
  std::string out(s);
  std::ranges::transform(out, out.begin(), [](char c) { return lower(c); });
  return out;
}

// How many letters to change, add or drop (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string_view instances(Takes t) {
  switch (t) {
    case Takes::nothing: return "";
    case Takes::any_instances: return " [PORT|all|POLICY…]";
    case Takes::some_instances: return " PORT|all|POLICY…";
    case Takes::one_port: return " PORT";
    case Takes::command_name: return " [COMMAND]";
    case Takes::channel: return " events";
    case Takes::inspection: return " dump FILE | dataset PORT";
    case Takes::backups: return " [verify] [PORT|all|POLICY…] | export PORT GENERATION DIR";
    case Takes::certificates: return " init CLUSTER | issue HOST | show [FILE]";
    case Takes::ports: return " [PORT…|all]";
    case Takes::host_words: return " print sysctl|tmpfiles|limits|systemd | restore | enforce";
  }
  return "";
}

std::string form(const OptionText& o) {
  return std::string(o.name) + (o.value.empty() ? "" : " " + std::string(o.value));
}

Json help_of(const CommandText& c) {
  Json options = Json::array();
  for (const OptionText& o : c.options)
    options.push_back(Json{{"option", form(o)}, {"brief", o.brief}, {"help", o.help}});
  return Json{
      {"command", lower(c.name)}, {"form", form(c)}, {"help", c.help}, {"changes", c.changes}, {"options", options}};
}

std::string markdown_of(const CommandText& c) {
  std::string out = "### " + lower(c.name) + "\n\n`" + form(c) + "`\n\n";
  out += std::string(c.help) + (c.changes ? ". Changes something: the caller is recorded.\n" : ".\n");
  if (!c.options.empty()) out += "\n| option | |\n|---|---|\n";
  for (const OptionText& o : c.options) {
    const std::string brief = o.brief.empty() ? "" : ", `" + std::string(o.brief) + "`";
    out += "| `" + form(o) + "`" + brief + " | " + std::string(o.help);
    out += o.of_slotwardenctl ? " (slotwardenctl only) |\n" : " |\n";
  }
  return out + "\nAnswers " + std::string(c.reply) + ".\n\n";
}

}  // namespace

std::span<const CommandText> commands() {
  return table;
}

const CommandText* find_command(std::string_view name) {
  const std::string wanted = lower(name);
  const auto it = std::ranges::find_if(table, [&](const CommandText& c) { return lower(c.name) == wanted; });
  return it == table.end() ? nullptr : &*it;
}

std::string_view nearest_command(std::string_view name) {
  if (name.size() > 32) return {};
  // The beginning of one command's name, and of no other's.
  const auto begun = [&](const CommandText& c) { return !name.empty() && lower(c.name).starts_with(lower(name)); };
  if (std::ranges::count_if(table, begun) == 1) return std::ranges::find_if(table, begun)->name;
  const auto by_distance = [&](const CommandText& c) { return distance(c.name, name); };
  const auto& best = *std::ranges::min_element(table, {}, by_distance);
  return by_distance(best) <= 2 && name.size() > 2 ? best.name : std::string_view{};
}

std::string form(const CommandText& c) {
  std::string out = lower(c.name);
  if (c.takes_signal) out += " NAME";
  out += instances(c.takes);
  for (const OptionText& o : c.options) out += " [" + form(o) + "]";
  return out;
}

std::string help_json(std::string_view name) {
  Json j = Json::array();
  const CommandText* one = name.empty() ? nullptr : find_command(name);
  for (const CommandText& c : table)
    if (name.empty() || one == &c) j.push_back(help_of(c));
  return write(j);
}

std::string commands_markdown() {
  std::string out;
  for (const CommandText& c : table) out += markdown_of(c);
  return out;
}

}  // namespace slotwarden::control
