// What an operator asks of SaveRotation: SAVE, and RELEASE of the saves.
#include "run/explain.h"
#include "run/save_rotation.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto release_within = 5s;

}  // namespace

asio::awaitable<control::Outcome> SaveRotation::saved(Instance& i, std::uint64_t before) {
  using control::Done;
  Watching watching(i, services_.loop);
  const auto from = now();
  const auto outcome = [&](Done d, std::string text, std::string_view rule = {}) {
    return control::Outcome{i.port(), d, std::string(rule), std::move(text)};
  };
  auto& s = ledger_.of(i.port());
  for (;;) {
    if (s.ended != before) co_return outcome(s.record.failures ? Done::failed : Done::done, s.record.last_result);
    const auto& v = s.answer.verdict;
    if (!i.watch || services_.stopping) co_return outcome(Done::not_running, "no process");
    // Only what may last is an answer; whose turn it is shows by itself.
    const bool lasts = v.rule == "no-memory" || v.rule == "no-disk" || v.rule == "blind" || v.rule == "not-serving";
    if (lasts && !s.fork && since(from) > 5s) {
      s.asked = decide::Asked::no;
      co_return outcome(Done::refused, told(v, i.port()), v.rule);
    }
    co_await watching.wait(200ms);
  }
}

asio::awaitable<std::vector<control::Outcome>> SaveRotation::save(std::vector<Instance*> which, bool at_once,
                                                                  std::string who) {
  std::vector<std::uint64_t> before;
  for (auto* i : which) {
    auto& s = ledger_.of(i->port());
    before.push_back(s.ended);
    if (!i->watch) continue;
    s.asked = at_once ? decide::Asked::now : decide::Asked::in_turn;
    s.asked_by = who;
    s.asked_at = now();
  }
  planner_.ring();
  std::vector<control::Outcome> all;
  for (std::size_t n = 0; n < which.size(); ++n) {
    auto one = co_await saved(*which[n], before[n]);
    all.push_back(std::move(one));
  }
  co_return all;
}

asio::awaitable<control::Outcome> SaveRotation::released(Instance& i, std::string who) {
  using control::Done;
  auto& s = ledger_.of(i.port());
  const bool again = std::exchange(s.released, true);
  if (!i.watch || !i.info)
    co_return control::Outcome{i.port(), Done::done, "", "it does not run; it starts with its own save points"};
  if (!again) services_.journal.note(i.port(), "released", "", "of its saves, by " + who);
  asio::steady_timer pause(services_.loop);
  for (const auto from = now(); since(from) < release_within;) {
    co_await settings_.control(i, s, true);
    if (!s.controlling && !s.record.taken)
      co_return control::Outcome{i.port(), again ? Done::already : Done::done, "",
                                 "it saves by its own save points, until: slotwardenctl update"};
    pause.expires_after(100ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
  co_return control::Outcome{i.port(), Done::failed, "",
                             s.control_problem.empty() ? "it does not answer" : s.control_problem};
}

asio::awaitable<std::vector<control::Outcome>> SaveRotation::release(std::vector<Instance*> which, std::string who) {
  std::vector<control::Outcome> all;
  for (auto* i : which) {
    auto one = co_await released(*i, who);
    all.push_back(std::move(one));
  }
  co_return all;
}

}  // namespace slotwarden::run
