// Replicas that do not stand for election although their own files let them: what is left where the host that restored
// their master is gone.
#include <fmt/format.h>

#include <algorithm>

#include "observe/files.h"
#include "run/elections.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 1s;

std::vector<adapters::Command> whether_it_stands() {
  return {{"CONFIG", "GET", "cluster-replica-no-failover"}};
}

bool set_by_its_file(const std::string& config) {
  const auto own = observe::server_directives(config);
  if (!own) return true;  // nothing can be said against it
  return std::ranges::any_of(*own, [](const formats::Directive& d) {
    const bool names = d.name == "cluster-replica-no-failover" || d.name == "cluster-slave-no-failover";
    return names && !d.arguments.empty() && d.arguments.front() == "yes";
  });
}

}  // namespace

asio::awaitable<bool> Elections::is_left(const Instance& i) {
  const bool asked = i.watch && i.info && !i.info->loading && i.info->role == Role::replica && i.cluster_node();
  const bool ours = std::ranges::find(all_, i.record.node_id, &PutOff::replica) != all_.end();
  if (!asked || ours || i.removed) co_return false;
  auto at = i.address();
  auto who = i.access.who;
  auto c = co_await adapters::RespConnection::open(std::move(at), std::move(who), patience);
  if (!c) co_return false;
  auto question = whether_it_stands();
  const auto reply = co_await (*c)->ask(std::move(question), patience);
  if (!reply || reply->front().items.size() != 2 || reply->front().items[1].text != "yes") co_return false;
  auto read = [config = i.conf.config] { return set_by_its_file(config); };
  const bool own = co_await on(services_.scans, std::move(read));
  co_return !own;
}

asio::awaitable<void> Elections::look_for_left() {
  std::vector<Instance*> all;  // an update may add to them meanwhile
  for (const auto& i : services_.instances) all.push_back(i.get());
  for (const auto* i : all) {
    if (services_.stopping) co_return;
    const bool left = co_await is_left(*i);
    if (left)
      left_.insert(i->port());
    else
      left_.erase(i->port());
  }
}

std::vector<Finding> Elections::findings() const {
  std::vector<Finding> all;
  for (const auto port : left_) {
    Finding f;
    f.setting = "cluster-replica-no-failover";
    f.port = port;
    f.expected = "no, as its file has it";
    f.actual = "yes";
    f.severity = Severity::danger;
    f.why =
        "Nobody succeeds its master but by an order. A restore of its master sets this for its time; where no restore "
        "is under way any more, it was left.";
    f.fix = fmt::format(
        "redis-cli -p {} CONFIG SET cluster-replica-no-failover no   # not while its master is restored", port.n);
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace slotwarden::run
