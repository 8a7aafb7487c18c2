#include "decide/take_over.h"

#include <algorithm>
#include <array>

#include "decide/rules.h"

namespace slotwarden::decide {

namespace {

constexpr auto rules = std::to_array<RuleText>({
    {Ruling::refuse, "nobody-listens", "No server listens on this port.",
     "Start it as it was started before, then adopt it; or configure it, and slotwarden starts it."},
    {Ruling::refuse, "in-a-container",
     "It runs in a container, whose engine ends and restarts it. Its files and its user are not those of this host.",
     "Run slotwarden inside, or move the server out of the container: give it a replica on a host of slotwarden's and "
     "hand over."},
    {Ruling::refuse, "another-supervisor",
     "Another supervisor started it and would start it again beside slotwarden when it dies.",
     "Take it from that supervisor in its own way: where it can let go of a running server, do that and adopt it then; "
     "otherwise stop it there after a hand-over to its replica, configure it here and start it."},
    {Ruling::refuse, "users-manager",
     "It belongs to a user's own service manager, which ends it with the user's last session.",
     "Stop it there after a hand-over to its replica, configure it here and `slotwardenctl start PORT`."},
    {Ruling::refuse, "foreign-unit",
     "It runs inside a systemd unit that was made for something else. Nothing of that unit may be switched off.",
     "Stop it after a hand-over to its replica, configure it here and `slotwardenctl start PORT`."},
    {Ruling::refuse, "rival", "A program that restarts services names this server in its configuration.",
     "Take it out of that program's configuration, have that reread, then adopt it."},
    {Ruling::refuse, "not-permitted", "This user may not signal that process.",
     "Run it as root. A daemon that is not root can only keep servers of its own user."},
    {Ruling::refuse, "shared-session",
     "It is not the leader of its session, as a server started from a shell without daemonize is not. After its death "
     "a save child of it could not be told from other programs, and could overwrite a dump later.",
     "Restart it with daemonize yes or by a unit, after a hand-over to its replica; then adopt it."},
    {Ruling::refuse, "no-answer", "It does not answer INFO, or asks for a password that its file does not have.",
     "Put requirepass, or masteruser and masterauth, into its file as they are in force. Where its file lies in an "
     "unusual place, write its [[instance]] yourself first: it is asked by the file that stands there."},
    {Ruling::refuse, "no-node", "It is neither a master nor a replica: a sentinel, or something else.",
     "slotwarden keeps servers with data only."},
    {Ruling::wait, "loading", "It reads its dataset.", "Ends when it has read it: adopt it then."},
    {Ruling::refuse, "other-process", "The process that listens there and the one that answers are not the same.",
     "Find out who has the port: `ss -ltnp`."},
    {Ruling::refuse, "no-file",
     "It was started without a configuration file, so it could not be started again as it is.",
     "Write one with CONFIG REWRITE's settings, restart it with that file after a hand-over, then adopt it."},
    {Ruling::refuse, "file-unusable", "The file that it was started with cannot be used to start it again.",
     "Mend that file; the detail says what is wrong with it."},
    {Ruling::refuse, "settings-differ",
     "What decides about its data is not as its file says: started again by that file it would use other data, or keep "
     "less of it.",
     "Make the file say what is in force (CONFIG REWRITE writes it), or set the server as the file says."},
    {Ruling::refuse, "directory-differs", "It works in another directory than its file says.",
     "Write an absolute dir into its file, the one that CONFIG GET dir answers."},
    {Ruling::refuse, "shared-directory", "Something else uses its data directory too.",
     "Give each server a directory of its own."},
    {Ruling::refuse, "no-program", "It cannot be told which program would have to be started in its place.",
     "Where the package was removed or moved, install it again; then adopt the server."},
    {Ruling::refuse, "no-user", "Its user has no name on this host.", "Give that user a name."},
    {Ruling::refuse, "configuration", "slotwarden's configuration would have a mistake with this server in it.",
     "Mend what the detail names; `slotwardend --check-config` shows it."},
    {Ruling::refuse, "unit-in-force",
     "Its unit could still restart or stop it: what `slotwardenctl adopt` writes for it is not in force.",
     "See which drop-in of the unit wins with `systemctl cat UNIT`, remove it, and adopt the server again."},
    {Ruling::wait, "blind", "Something that has to be known about it could not be learned.",
     "Run it as root; the detail names what is missing."},
    {Ruling::go, "unit-to-disarm", "Its unit is told to let go of it first; the process is not touched.", ""},
    {Ruling::go, "unit-disarmed", "Its unit can neither restart nor stop it any more, and everything else agrees.", ""},
    {Ruling::go, "kept-by-nobody", "Nobody would start it again if it died, and everything else agrees.", ""},
});
static_assert(well_formed(rules));

constexpr auto back_rules = std::to_array<RuleText>({
    {Ruling::refuse, "configured-together",
     "Its [[instance]] does not stand alone in a file of its own, and slotwarden edits no configuration.",
     "Remove its [[instance]] by hand and run `slotwardenctl update`: the server runs on, without a keeper."},
    {Ruling::refuse, "no-daemon",
     "The daemon does not answer, or has not taken this instance up, so it cannot be told to let go.",
     "Start it: `systemctl start slotwarden`; or `slotwardenctl update`."},
    {Ruling::refuse, "unit-gone", "The unit that it was taken from does not exist any more.",
     "Install the unit again; or say --unsupervised: the server then runs on without a keeper."},
    {Ruling::refuse, "unit-lost-it",
     "slotwarden has started this server anew, and systemd cannot take a running process for a unit that is down.",
     "At a time of your choice `slotwardenctl stop PORT`, which hands over, then `slotwardenctl give-back PORT`, then "
     "start the unit; or say --unsupervised: the server then runs on without a keeper."},
    {Ruling::refuse, "nobody-to-have-it", "It was not taken over from a systemd unit, so nobody would keep it then.",
     "Say --unsupervised to let it run on without a keeper, or stop it first."},
    {Ruling::wait, "not-seen", "It could not be learned whether its server runs, or what systemd knows of it.",
     "Run it as root, while the daemon and systemd answer."},
    {Ruling::go, "never-taken",
     "An adopt of it was interrupted before slotwarden's configuration named it: its unit was held down, and keeps it "
     "again.",
     ""},
    {Ruling::go, "back-to-its-unit", "Its unit still counts the process as its own, and gets it back as it is.", ""},
    {Ruling::go, "down", "Its server is down: there is nothing to give but the right to start it.", ""},
    {Ruling::go, "left-alone", "The operator wants it to run on without a keeper.", ""},
});
static_assert(well_formed(back_rules));

consteval RuleText rule(std::string_view name) {
  return row_of(rules, name);
}
consteval RuleText back_rule(std::string_view name) {
  return row_of(back_rules, name);
}

bool holds_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view w) { return text.find(w) != text.npos; });
}

// Groups that container engines make, and programs that supervise as process 1.
constexpr std::array<std::string_view, 10> engines{"docker", "libpod", "containerd", "crio",   "kubepods",
                                                   "lxc",    "podman", "machine-",   "garden", "/payload/"};
constexpr std::array<std::string_view, 6> supervisors{"supervisord", "s6-", "runsv", "runit", "monit", "dinit"};

struct Fact {
  Tri found;
  Tri wanted;
  RuleText otherwise;
};

Tri opposite(Tri t) {
  return t == Tri::yes ? Tri::no : t == Tri::no ? Tri::yes : Tri::unknown;
}

std::optional<RuleText> kept_by_another(Keeper k) {
  switch (k) {
    case Keeper::container: return rule("in-a-container");
    case Keeper::program: return rule("another-supervisor");
    case Keeper::users_manager: return rule("users-manager");
    case Keeper::foreign_unit: return rule("foreign-unit");
    case Keeper::unknown: return rule("blind");
    case Keeper::nobody:
    case Keeper::unit: return std::nullopt;
  }
  return rule("blind");
}

}  // namespace

Keeper keeper_of(const KeeperEvidence& e) {
  if (e.at.own_pid_space == Tri::yes || holds_one_of(e.at.group, engines)) return Keeper::container;
  if (e.at.own_pid_space != Tri::no) return Keeper::unknown;
  if (e.at.parent.n != 1) return Keeper::program;
  if (!e.systemd) return holds_one_of(e.init_name, supervisors) ? Keeper::program : Keeper::nobody;
  if (e.unit_known != Tri::yes) return Keeper::unknown;
  if (!e.unit || e.unit->name.ends_with(".scope")) return Keeper::nobody;
  if (e.unit->name.starts_with("user@")) return Keeper::users_manager;
  if (!e.unit->name.ends_with(".service")) return Keeper::foreign_unit;
  if (e.unit->main == e.pid) return Keeper::unit;
  if (e.unit->main.n != 0) return Keeper::foreign_unit;
  // A unit that knows no main process, as those that are made of init scripts.
  if (e.alone == Tri::unknown) return Keeper::unknown;
  return e.alone == Tri::yes ? Keeper::unit : Keeper::foreign_unit;
}

Verdict take_over(const TakeOverEvidence& e) {
  const auto facts = std::to_array<Fact>({
      {e.permitted, Tri::yes, rule("not-permitted")},
      {e.leads_session, Tri::yes, rule("shared-session")},
      {e.answers, Tri::yes, rule("no-answer")},
      {e.is_node, Tri::yes, rule("no-node")},
      {e.loading, Tri::no, rule("loading")},
      {e.same_process, Tri::yes, rule("other-process")},
      {e.names_file, Tri::yes, rule("no-file")},
      {e.file_usable, Tri::yes, rule("file-unusable")},
      {e.settings_agree, Tri::yes, rule("settings-differ")},
      {e.directory_agrees, Tri::yes, rule("directory-differs")},
      {e.directory_alone, Tri::yes, rule("shared-directory")},
      {e.program_known, Tri::yes, rule("no-program")},
      {e.user_known, Tri::yes, rule("no-user")},
      {e.configuration_fits, Tri::yes, rule("configuration")},
  });
  if (e.listens == Tri::no) return says(rule("nobody-listens"));
  if (const auto other = kept_by_another(e.keeper); other && e.keeper != Keeper::unknown) return says(*other);
  if (e.rival == Tri::yes) return says(rule("rival"));
  for (const auto& f : facts)
    if (f.found == opposite(f.wanted)) return says(f.otherwise);
  const bool from_unit = e.keeper == Keeper::unit;
  if (e.committing && from_unit && e.unit_disarmed == Tri::no) return says(rule("unit-in-force"));
  const bool known = std::ranges::all_of(facts, [](const Fact& f) { return f.found == f.wanted; });
  const bool unit_known = !e.committing || !from_unit || e.unit_disarmed == Tri::yes;
  if (!known || !unit_known || e.listens != Tri::yes || e.keeper == Keeper::unknown || e.rival != Tri::no)
    return says(rule("blind"));
  if (!from_unit) return says(rule("kept-by-nobody"));
  return e.committing ? says(rule("unit-disarmed")) : says(rule("unit-to-disarm"));
}

std::span<const RuleText> take_over_rules() {
  return rules;
}

std::vector<Finding> kept_by_nobody(const std::vector<HeldDown>& units, const std::set<Port>& ours) {
  std::vector<Finding> all;
  for (const auto& u : units) {
    if (ours.contains(u.port)) continue;
    const auto port = std::to_string(u.port.n);
    Finding f;
    f.setting = "adopt-" + port;
    f.expected = "a keeper of port " + port;
    f.actual = "none: a drop-in holds " + u.unit + " down, and slotwarden does not keep that port";
    f.severity = Severity::danger;
    f.why =
        "When the server dies nobody starts it again. Either `slotwardenctl adopt` was interrupted, or the port was "
        "taken "
        "out of slotwarden's configuration without `give-back`.";
    f.fix =
        "slotwardenctl adopt " + port + "  # or, so that the unit has it as before: slotwardenctl give-back " + port;
    all.push_back(std::move(f));
  }
  return all;
}

Verdict give_back(const GiveBackEvidence& e) {
  if (e.configured == Tri::no && e.from_unit) return says(back_rule("never-taken"));
  if (e.configured != Tri::yes) return says(back_rule("not-seen"));
  if (e.configured_apart != Tri::yes) return says(back_rule("configured-together"));
  if (e.keeps != Tri::yes) return says(back_rule("no-daemon"));
  if (e.runs == Tri::unknown) return says(back_rule("not-seen"));
  if (e.runs == Tri::no) return says(back_rule("down"));
  const bool has_it = e.from_unit && e.unit_exists == Tri::yes && e.unit_has_it == Tri::yes;
  if (has_it) return says(back_rule("back-to-its-unit"));
  if (e.may_leave_alone) return says(back_rule("left-alone"));
  if (!e.from_unit) return says(back_rule("nobody-to-have-it"));
  if (e.unit_exists == Tri::no) return says(back_rule("unit-gone"));
  if (e.unit_exists == Tri::yes && e.unit_has_it == Tri::no) return says(back_rule("unit-lost-it"));
  return says(back_rule("not-seen"));
}

std::span<const RuleText> give_back_rules() {
  return back_rules;
}

}  // namespace slotwarden::decide
