#include "run/scope.h"

#include <fmt/format.h>

#include "adapters/scope.h"
#include "observe/proc.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

// The scope of the process before may go a moment later than its last process.
constexpr int attempts = 20;
constexpr auto between_attempts = 250ms;

std::string scope_of(Port p) {
  return fmt::format("slotwarden-{}.scope", p.n);
}

adapters::ScopeRequest request_for(const Instance& i) {
  adapters::ScopeRequest r;
  r.unit = scope_of(i.port());
  r.slice = "slotwarden.slice";
  r.description = fmt::format("{} on port {}", i.conf.server, i.port().n);
  r.stops_after = "slotwarden.service";
  r.pid = i.process->pid;
  r.memory_max = i.policy.process.memory_max;
  r.tasks_max = i.policy.process.tasks_max;
  r.cpu_weight = i.policy.process.cpu_weight;
  r.io_weight = i.policy.process.io_weight;
  return r;
}

// The process is compared before each attempt: whoever has the number of a dead server is left where it is.
// The words are about a limit that was left out: the kernel would kill the server at once. Empty when none was.
Result<std::string> place(adapters::ScopeRequest r, const ProcessIdentity& process) {
  const auto found = observe::identity_of(r.pid);
  if (!found || *found != process) return Error{"it has ended", ESRCH};
  std::string left_out;
  if (const auto used = observe::resident(r.pid);
      r.memory_max >= 0 && (!used || used->n > static_cast<std::uint64_t>(r.memory_max))) {
    left_out = fmt::format("memory_max of its policy is {} bytes, and it uses {}: it is not limited", r.memory_max,
                           used ? std::to_string(used->n) : "nobody knows how many");
    r.memory_max = -1;
  }
  if (auto placed = adapters::place_in_scope(r); !placed) return placed.error();
  return Result<std::string>(boost::system::in_place_value, left_out);
}

asio::awaitable<void> enter(Instance& i, Services& s) {
  const auto process = *i.process;
  const auto request = request_for(i);
  asio::steady_timer timer(s.loop);
  Result<std::string> done = Error{};
  for (int n = 0; n < attempts; ++n) {
    auto work = [request, process] { return place(request, process); };
    done = co_await on(s.systemd, std::move(work));
    if (done && !done->empty()) s.journal.warn(i.port(), "error", "", *done);
    if (done || done.error().os_error == ESRCH || s.stopping) co_return;
    timer.expires_after(between_attempts);
    co_await timer.async_wait(asio::use_awaitable);
  }
  s.journal.warn(i.port(), "error", "", done.error().what + "; it runs on without a scope");
}

bool scopes() {
  static const bool available = adapters::scopes_available();
  return available;
}

}  // namespace

void enter_scope(Instance& i, Services& s) {
  if (scopes() && i.process) start(s.loop, fmt::format("the scope of {}", i.port().n), enter(i, s));
}

void look_at_scope(Instance& i) {
  i.group_oom.reset();
  if (!scopes() || !i.watch || !i.process) return;
  auto count = observe::oom_count_of(i.process->pid);
  if (count && count->group.ends_with("/" + scope_of(i.port()))) i.group_oom = std::move(*count);
}

}  // namespace slotwarden::run
