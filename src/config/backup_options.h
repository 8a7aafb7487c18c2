// The options of a policy's section [backup], once.
#pragma once

#include "config/options.h"
#include "facts/backup_policy.h"

namespace slotwarden::config {

template <class P, class Visit>
void each_backup_option(P& p, Visit&& visit) {
  const auto number_of = [&](std::string_view name, std::string_view doc, int least, auto& into) {
    visit(Option{.name = name, .form = Form::count, .doc = doc, .least = least, .most = 10'000}, into);
  };
  visit(
      Option{.name = "backup.enabled",
             .form = Form::flag,
             .doc = "Verify each good save, keep it as a generation, and put that of a replica into its master's data "
                    "directory too."},
      p.enabled);
  number_of("backup.keep_last", "So many of the newest generations are kept.", 1, p.keep_last);
  number_of("backup.hourly", "And the newest of each of the last so many hours that have one.", 0, p.hourly);
  number_of("backup.daily", "And the newest of each of the last so many days that have one.", 0, p.daily);
  number_of("backup.weekly", "And the newest of each of the last so many weeks that have one.", 0, p.weekly);
  visit(
      Option{.name = "backup.disk_budget",
             .form = Form::size,
             .doc = "What the generations beside one instance's data may take together; the oldest go first, the last "
                    "good one of a shard never. 0: no limit."},
      p.disk_budget);
  visit(Option{.name = "backup.least_free_percent",
               .form = Form::count,
               .doc = "While less of the file system is free than this, in percent, generations go before their time.",
               .most = 90},
        p.least_free_percent);
  visit(
      Option{.name = "backup.hook",
             .form = Form::path,
             .doc = "A program that is run for each new generation, without arguments or a shell; its environment has "
                    "SLOTWARDEN_GENERATION, _NOTE, _PORT, _SHARD and _SHA256.",
             .unset = "none",
             .may_be_empty = true},
      p.hook);
  visit(Option{.name = "backup.hook_limit",
               .form = Form::duration,
               .doc = "How long that program may run; then it and what it started are ended.",
               .least = 1},
        p.hook_limit);
  visit(
      Option{.name = "backup.rehearse_every",
             .form = Form::duration,
             .doc =
                 "Load the newest generation in a server of its own and count its keys, when none was for so long. It "
                 "takes as much memory as the instance for that time, and is not begun without it. 0s: only by "
                 "slotwardenctl rehearse."},
      p.rehearse_every);
}

}  // namespace slotwarden::config
