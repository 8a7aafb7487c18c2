// May a server that runs without slotwarden be taken over as it is, and may one be given back?
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "facts/finding.h"
#include "facts/take_over.h"
#include "facts/verdict.h"

namespace slotwarden::decide {

// Who sees to a process. `unit` is the one that systemd counts it to, unset where that is none or there is no systemd;
// `alone` says whether the unit's processes are this one and its children.
struct KeeperEvidence {
  Belonging at;
  std::string init_name;  // of process 1
  bool systemd = false;   // runs this host
  Tri unit_known = Tri::unknown;
  std::optional<Unit> unit;
  Tri alone = Tri::unknown;
  Pid pid;
};
[[nodiscard]] Keeper keeper_of(const KeeperEvidence& e);

struct TakeOverEvidence {
  Tri listens = Tri::unknown;       // a process was found that listens on the port
  Keeper keeper = Keeper::unknown;  //
  Tri rival = Tri::unknown;         // a program that restarts servers names this one in its configuration
  Tri permitted = Tri::unknown;     // this user may signal it and speak to systemd
  Tri leads_session = Tri::unknown;
  Tri answers = Tri::unknown;         // INFO was understood
  Tri is_node = Tri::unknown;         // a master or a replica: no sentinel
  Tri loading = Tri::unknown;         //
  Tri same_process = Tri::unknown;    // INFO names the process that listens
  Tri names_file = Tri::unknown;      // INFO names the file that it was started with
  Tri file_usable = Tri::unknown;     // that file can be read, and says this port
  Tri settings_agree = Tri::unknown;  // what the file says about the data is what the server does
  Tri directory_agrees = Tri::unknown;
  Tri directory_alone = Tri::unknown;     // no other server, instance or daemon uses it
  Tri program_known = Tri::unknown;       // the program's path can be executed and is what runs
  Tri user_known = Tri::unknown;          // its user has a name
  Tri configuration_fits = Tri::unknown;  // slotwarden's, with this instance in it
  bool committing = false;                // the last look, by the daemon, before it is done
  Tri unit_disarmed = Tri::unknown;       // asked when committing, of a unit's server
};

// The ladder: a named reason for each fact that is not as it must be, in the order of docs/rules.md; `blind` where one
// could not be learned; `unit-to-disarm`, `unit-disarmed` or `kept-by-nobody` when everything is.
// Never go while any fact above is not yes (`rival`, `loading`: no), or a unit could still act on the server when
// committing.
[[nodiscard]] Verdict take_over(const TakeOverEvidence& e);
[[nodiscard]] std::span<const RuleText> take_over_rules();

// A unit that does not start its server because slotwarden keeps it, as slotwarden's own file beside it says.
struct HeldDown {
  std::string unit;
  Port port;
};
// Those whose port slotwarden does not keep, so that nobody does: an adopt was killed before its end, or the port was
// taken out of the configuration by hand.
[[nodiscard]] std::vector<Finding> kept_by_nobody(const std::vector<HeldDown>& units, const std::set<Port>& ours);

struct GiveBackEvidence {
  Tri configured = Tri::unknown;        // by slotwarden's files
  Tri configured_apart = Tri::unknown;  // by a file of its own, which can be moved aside
  Tri keeps = Tri::unknown;             // the daemon runs, and knows the instance
  Tri runs = Tri::unknown;              // its server
  bool from_unit = false;               // it was taken over from a unit
  Tri unit_exists = Tri::unknown;       // still; asked of a unit's server
  Tri unit_has_it = Tri::unknown;       // systemd still counts the process as the unit's main one
  bool may_leave_alone = false;         // the operator said --unsupervised
};
[[nodiscard]] Verdict give_back(const GiveBackEvidence& e);
[[nodiscard]] std::span<const RuleText> give_back_rules();

}  // namespace slotwarden::decide
