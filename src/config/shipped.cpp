#include "config/shipped.h"

namespace slotwarden::config {

using namespace std::chrono_literals;

namespace {

Policy cache() {
  Policy p;
  p.name = "cache";
  p.start.data_may_go = true;
  p.start.longest_wait = 30s;
  p.start.fewest_keys_percent = 0;
  p.start.staleness_allowed = (1_GiB).n;
  p.start.install_kept = false;
  p.succession.silent_replica_wait = 200ms;
  p.succession.lag_allowed = 1'073'741'824;
  p.stop.handover_lag = (100_MiB).n;
  p.stop.handover_patience = 5s;
  p.stop.kill_overdue = true;
  p.save.even_without_points = false;
  p.save.shortest_interval = 1h;
  p.save.longest_interval = 6h;
  p.save.others_longest = 24h;
  p.save.yields_percent = 20;
  p.save.first_retry = 5min;
  p.save.longest_retry = 1h;
  p.process.oom_score_adj = 500;
  p.process.core_bytes = 0;
  p.backup.enabled = false;
  p.server.maxmemory_policy.want =
      "allkeys-lru allkeys-lfu volatile-lru volatile-lfu allkeys-random volatile-random volatile-ttl";
  p.server.persistence = Mode::off;
  p.server.stop_writes_on_bgsave_error.want = "no yes";
  p.server.replica_validity_factor.mode = Mode::off;
  return p;
}

}  // namespace

std::map<std::string, Policy> shipped_policies() {
  return {{"storage", Policy{}}, {"cache", cache()}};
}

}  // namespace slotwarden::config
