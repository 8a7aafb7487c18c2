// Every option of a policy file, once; config/options.h says how the list is walked.
#pragma once

#include "config/backup_options.h"
#include "config/host_policy_options.h"
#include "facts/policy.h"

namespace slotwarden::config {

template <class P, class Visit>
void each_backoff_option(P& p, Visit&& visit) {
  visit(Option{.name = "backoff.stable_after",
               .form = Form::duration,
               .doc = "A server that lived this long started well: after its exit the delays begin anew.",
               .least = 1},
        p.stable_after);
  visit(Option{.name = "backoff.first_delay",
               .form = Form::duration,
               .doc = "The wait after the first early exit; it doubles with each further one.",
               .least = 1},
        p.first_delay);
  visit(Option{.name = "backoff.longest_delay", .form = Form::duration, .doc = "Where the doubling ends.", .least = 1},
        p.longest_delay);
  visit(Option{.name = "backoff.jitter_percent",
               .form = Form::count,
               .doc = "How far a delay is moved at random, up or down, in percent of it.",
               .most = 100},
        p.jitter_percent);
  visit(Option{.name = "backoff.budget",
               .form = Form::count,
               .doc = "This many restarts within the window, and the instance is FATAL until an operator starts it.",
               .least = 1,
               .most = 100'000},
        p.budget);
  visit(Option{.name = "backoff.window", .form = Form::duration, .doc = "The window of the budget.", .least = 1},
        p.window);
}

template <class P, class Visit>
void each_start_option(P& p, Visit&& visit) {
  visit(Option{.name = "start.data_may_go",
               .form = Form::flag,
               .doc = "The data may be lost, as a cache's may: an empty or damaged dataset holds no start."},
        p.data_may_go);
  visit(Option{.name = "start.longest_wait",
               .form = Form::duration,
               .doc = "With data_may_go: how long a start waits at most for an open succession."},
        p.longest_wait);
  visit(Option{.name = "start.fewest_keys_percent",
               .form = Form::count,
               .doc = "A dataset with fewer of the recorded keys than this, in percent, counts as shrunken.",
               .most = 100},
        p.fewest_keys_percent);
  visit(Option{.name = "start.staleness_allowed",
               .form = Form::size,
               .doc = "How much of the replication stream a successor may lack compared with the dataset here."},
        p.staleness_allowed);
  visit(Option{.name = "start.install_kept",
               .form = Form::flag,
               .doc = "Put a whole copy kept of this shard in place of a dataset that holds the start, where nobody "
                      "can succeed it. What was there is kept."},
        p.install_kept);
}

template <class P, class Visit>
void each_succession_option(P& p, Visit&& visit) {
  visit(
      Option{.name = "succession.ask",
             .form = Form::flag,
             .doc = "Ask the best replica to take over the moment its master is gone; false leaves it to the cluster."},
      p.ask);
  visit(Option{.name = "succession.silent_replica_wait",
               .form = Form::duration,
               .doc = "How long a replica that the master saw online, but that does not answer, holds up the choice.",
               .most = 60'000},
        p.silent_replica_wait);
  visit(Option{.name = "succession.force_patience",
               .form = Form::duration,
               .doc = "An accepted CLUSTER FAILOVER FORCE that changed no role after this long has failed.",
               .least = 1,
               .most = 60'000},
        p.force_patience);
  visit(Option{.name = "succession.lag_allowed",
               .form = Form::size,
               .doc = "A replica further behind its master than this is judged like one that had lost its link."},
        p.lag_allowed);
}

template <class P, class Visit>
void each_stop_option(P& p, Visit&& visit) {
  visit(Option{.name = "stop.handover_lag",
               .form = Form::size,
               .doc = "A planned hand-over goes to a replica that lags by at most this much."},
        p.handover_lag);
  visit(Option{.name = "stop.handover_patience",
               .form = Form::duration,
               .doc = "How long a planned hand-over may take before it is given up.",
               .least = 1},
        p.handover_patience);
  visit(Option{.name = "stop.stop_base",
               .form = Form::duration,
               .doc = "The time to stop is this, and the size of the data divided by stop_bytes_per_second.",
               .least = 1},
        p.stop_base);
  visit(Option{.name = "stop.stop_bytes_per_second",
               .form = Form::size,
               .doc = "How fast a final save is expected to be written.",
               .least = 1},
        p.stop_bytes_per_second);
  visit(Option{.name = "stop.kill_overdue",
               .form = Form::flag,
               .doc = "Whether SIGKILL may follow an overdue stop; never while a final save is being written."},
        p.kill_overdue);
}

template <class P, class Visit>
void each_load_option(P& p, Visit&& visit) {
  visit(Option{.name = "load.load_base",
               .form = Form::duration,
               .doc = "The time to load is this, and the size of the dataset divided by load_bytes_per_second.",
               .least = 1},
        p.load_base);
  visit(Option{.name = "load.load_bytes_per_second",
               .form = Form::size,
               .doc = "How fast a dataset is expected to be loaded.",
               .least = 1},
        p.load_bytes_per_second);
}

template <class P, class Visit>
void each_process_option(P& p, Visit&& visit) {
  visit(Option{.name = "process.oom_score_adj",
               .form = Form::count,
               .doc = "Who dies first when the host runs out of memory: larger dies sooner.",
               .least = -1'000,
               .most = 1'000},
        p.oom_score_adj);
  visit(Option{.name = "process.umask", .form = Form::octal, .doc = "The permissions withheld from files it creates."},
        p.umask);
  visit(Option{.name = "process.nofile_reserve",
               .form = Form::count,
               .doc = "Descriptors above the server's maxclients and the 32 that it keeps for itself.",
               .most = 1'000'000},
        p.nofile_reserve);
  visit(Option{.name = "process.core_bytes",
               .form = Form::size,
               .doc = "How large a core dump may be.",
               .minus_one = "unlimited"},
        p.core_bytes);
  visit(Option{.name = "process.nproc",
               .form = Form::count,
               .doc = "How many processes and threads its user may have.",
               .least = 1,
               .minus_one = "inherit"},
        p.nproc);
  visit(Option{.name = "process.memory_max",
               .form = Form::size,
               .doc = "MemoryMax= of its systemd scope: with more than this, fork children included, the kernel kills "
                      "in it. A running server that uses more already is not limited.",
               .least = 1,
               .minus_one = "unlimited"},
        p.memory_max);
  visit(Option{.name = "process.tasks_max",
               .form = Form::count,
               .doc = "TasksMax= of its systemd scope: processes and threads.",
               .least = 1,
               .minus_one = "unlimited"},
        p.tasks_max);
  visit(Option{.name = "process.cpu_weight",
               .form = Form::count,
               .doc = "CPUWeight= of its systemd scope: its share when processors are short, 100 being everybody's.",
               .least = 1,
               .most = 10'000,
               .minus_one = "unset"},
        p.cpu_weight);
  visit(Option{.name = "process.io_weight",
               .form = Form::count,
               .doc = "IOWeight= of its systemd scope: its share when disks are busy, 100 being everybody's.",
               .least = 1,
               .most = 10'000,
               .minus_one = "unset"},
        p.io_weight);
}

template <class P, class Visit>
void each_save_option(P& p, Visit&& visit) {
  visit(Option{.name = "save.schedule",
               .form = Form::flag,
               .doc = "Whether slotwarden decides when it is saved; false leaves it to the server's own save points."},
        p.schedule);
  visit(Option{.name = "save.even_without_points",
               .form = Form::flag,
               .doc = "Whether a server is saved whose own file says `save \"\"` and that keeps no append-only file."},
        p.even_without_points);
  visit(Option{.name = "save.windows",
               .form = Form::windows,
               .doc = "The hours with little traffic, in local time: `mon-fri 01:00-05:00, sat-sun`. Outside of them "
                      "only what is overdue is saved. Empty: always."},
        p.windows);
  visit(Option{.name = "save.shortest_interval",
               .form = Form::duration,
               .doc = "It is not saved again sooner than this.",
               .least = 1'000},
        p.shortest_interval);
  visit(Option{.name = "save.longest_interval",
               .form = Form::duration,
               .doc = "It is overdue when its last save is older than this and something was written since.",
               .least = 10'000,
               .most = 2'592'000'000},
        p.longest_interval);
  visit(Option{.name = "save.others_longest",
               .form = Form::duration,
               .doc = "The same for those members of a shard that leave saving to its chosen replica.",
               .least = 10'000,
               .most = 2'592'000'000},
        p.others_longest);
  visit(Option{.name = "save.rewrite_growth_percent",
               .form = Form::count,
               .doc = "An append-only file that has grown by this much since it was last rewritten is rewritten; 0: "
                      "never.",
               .most = 100'000},
        p.rewrite_growth_percent);
  visit(Option{.name = "save.rewrite_least", .form = Form::size, .doc = "Unless it is smaller than this."},
        p.rewrite_least);
  visit(Option{.name = "save.cow_margin_percent",
               .form = Form::count,
               .doc = "How much more memory a save may copy than is foretold from earlier ones.",
               .most = 1'000},
        p.cow_margin_percent);
  visit(Option{.name = "save.yields_percent",
               .form = Form::count,
               .doc = "How much of its maxmemory may be taken from it, by evicting keys, while another server's save "
                      "is short of memory.",
               .most = 90},
        p.yields_percent);
  visit(Option{.name = "save.first_retry",
               .form = Form::duration,
               .doc = "The wait after a save that failed; it doubles with each further one.",
               .least = 1'000},
        p.first_retry);
  visit(Option{.name = "save.longest_retry", .form = Form::duration, .doc = "Where the doubling ends.", .least = 1'000},
        p.longest_retry);
}

template <class P, class Visit>
void each_policy_option(P& p, Visit&& visit) {
  each_backoff_option(p.backoff, visit);
  each_start_option(p.start, visit);
  each_succession_option(p.succession, visit);
  each_stop_option(p.stop, visit);
  each_load_option(p.load, visit);
  each_process_option(p.process, visit);
  each_save_option(p.save, visit);
  each_backup_option(p.backup, visit);
  each_server_option(p.server, visit);
}

}  // namespace slotwarden::config
