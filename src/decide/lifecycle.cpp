#include "decide/lifecycle.h"

#include <algorithm>

namespace slotwarden::decide {

namespace {

using S = ProcessState;
using E = LifeEvent;

constexpr std::size_t states = 9;
constexpr std::size_t events = 13;

// Every pair has a row, those that change nothing too: silence is written down.
constexpr std::array<LifeRow, states * events> table{{
    {S::stopped, E::gate_go, S::starting, "asked to run, and allowed to"},
    {S::stopped, E::gate_wait, S::held, "asked to run, and a rule makes it wait"},
    {S::stopped, E::gate_backoff, S::backoff, "asked to run while it cools down"},
    {S::stopped, E::gate_refuse, S::held, "asked to run, and a rule refuses it"},
    {S::stopped, E::gate_stop, S::stopped, "the operator wants it down"},
    {S::stopped, E::gate_fatal, S::fatal, "it cannot be run as it is"},
    {S::stopped, E::answered_loading, S::stopped, "a late answer of a process that is gone"},
    {S::stopped, E::answered, S::stopped, "a late answer of a process that is gone"},
    {S::stopped, E::stop_asked, S::stopped, "it is down already"},
    {S::stopped, E::exited, S::stopped, "a late report of an end already seen"},
    {S::stopped, E::stopped, S::stopped, "a late report of an end already seen"},
    {S::stopped, E::adopted, S::running, "a running server was taken back"},
    {S::stopped, E::stop_refused, S::stopped, "there is nothing to stop"},

    {S::starting, E::gate_go, S::starting, "it is starting already"},
    {S::starting, E::gate_wait, S::starting, "the gate judges starts; a living process is left alone"},
    {S::starting, E::gate_backoff, S::starting, "the gate judges starts; a living process is left alone"},
    {S::starting, E::gate_refuse, S::starting, "the gate judges starts; a living process is left alone"},
    {S::starting, E::gate_stop, S::starting, "the gate judges starts; a living process is left alone"},
    {S::starting, E::gate_fatal, S::starting, "the gate judges starts; a living process is left alone"},
    {S::starting, E::answered_loading, S::loading, "it answers, and reads its dataset"},
    {S::starting, E::answered, S::running, "it answers"},
    {S::starting, E::stop_asked, S::stopping, "asked to stop"},
    {S::starting, E::exited, S::exited, "it ended before it answered"},
    {S::starting, E::stopped, S::stopped, "it ended as asked before it answered"},
    {S::starting, E::adopted, S::starting, "it is ours already"},
    {S::starting, E::stop_refused, S::starting, "it goes on starting"},

    {S::loading, E::gate_go, S::loading, "it runs already"},
    {S::loading, E::gate_wait, S::loading, "the gate judges starts; a living process is left alone"},
    {S::loading, E::gate_backoff, S::loading, "the gate judges starts; a living process is left alone"},
    {S::loading, E::gate_refuse, S::loading, "the gate judges starts; a living process is left alone"},
    {S::loading, E::gate_stop, S::loading, "the gate judges starts; a living process is left alone"},
    {S::loading, E::gate_fatal, S::loading, "the gate judges starts; a living process is left alone"},
    {S::loading, E::answered_loading, S::loading, "it still reads its dataset"},
    {S::loading, E::answered, S::running, "it has read its dataset"},
    {S::loading, E::stop_asked, S::stopping, "asked to stop"},
    {S::loading, E::exited, S::exited, "it ended while it was loading"},
    {S::loading, E::stopped, S::stopped, "it ended as asked while it was loading"},
    {S::loading, E::adopted, S::loading, "it is ours already"},
    {S::loading, E::stop_refused, S::loading, "it goes on loading"},

    {S::running, E::gate_go, S::running, "it runs already"},
    {S::running, E::gate_wait, S::running, "the gate judges starts; a living process is left alone"},
    {S::running, E::gate_backoff, S::running, "the gate judges starts; a living process is left alone"},
    {S::running, E::gate_refuse, S::running, "the gate judges starts; a living process is left alone"},
    {S::running, E::gate_stop, S::running, "the gate judges starts; a living process is left alone"},
    {S::running, E::gate_fatal, S::running, "the gate judges starts; a living process is left alone"},
    {S::running, E::answered_loading, S::loading, "it reads a dataset again, as a replica in a full sync does"},
    {S::running, E::answered, S::running, "it answers as it should"},
    {S::running, E::stop_asked, S::stopping, "asked to stop"},
    {S::running, E::exited, S::exited, "it ended without being asked"},
    {S::running, E::stopped, S::stopped, "it ended as asked"},
    {S::running, E::adopted, S::running, "it is ours already"},
    {S::running, E::stop_refused, S::running, "it serves already"},

    {S::stopping, E::gate_go, S::stopping, "it has to end before it can start"},
    {S::stopping, E::gate_wait, S::stopping, "the gate judges starts; a living process is left alone"},
    {S::stopping, E::gate_backoff, S::stopping, "the gate judges starts; a living process is left alone"},
    {S::stopping, E::gate_refuse, S::stopping, "the gate judges starts; a living process is left alone"},
    {S::stopping, E::gate_stop, S::stopping, "the gate judges starts; a living process is left alone"},
    {S::stopping, E::gate_fatal, S::stopping, "the gate judges starts; a living process is left alone"},
    {S::stopping, E::answered_loading, S::stopping, "it may answer until its end"},
    {S::stopping, E::answered, S::stopping, "it may answer until its end"},
    {S::stopping, E::stop_asked, S::stopping, "it is stopping already"},
    {S::stopping, E::exited, S::stopped, "it was asked to end, and has ended"},
    {S::stopping, E::stopped, S::stopped, "it ended as asked"},
    {S::stopping, E::adopted, S::stopping, "it is ours already"},
    {S::stopping, E::stop_refused, S::running, "it could not stop, and goes on serving"},

    {S::backoff, E::gate_go, S::starting, "it has cooled down and may run"},
    {S::backoff, E::gate_wait, S::held, "it has cooled down, and a rule makes it wait"},
    {S::backoff, E::gate_backoff, S::backoff, "it still cools down"},
    {S::backoff, E::gate_refuse, S::held, "it has cooled down, and a rule refuses it"},
    {S::backoff, E::gate_stop, S::stopped, "the operator wants it down"},
    {S::backoff, E::gate_fatal, S::fatal, "it left too often, or cannot be run as it is"},
    {S::backoff, E::answered_loading, S::backoff, "a late answer of a process that is gone"},
    {S::backoff, E::answered, S::backoff, "a late answer of a process that is gone"},
    {S::backoff, E::stop_asked, S::stopped, "asked to stay down"},
    {S::backoff, E::exited, S::backoff, "a late report of an end already seen"},
    {S::backoff, E::stopped, S::backoff, "a late report of an end already seen"},
    {S::backoff, E::adopted, S::running, "a running server was taken back"},
    {S::backoff, E::stop_refused, S::backoff, "there is nothing to stop"},

    {S::exited, E::gate_go, S::starting, "it may run again"},
    {S::exited, E::gate_wait, S::held, "it left, and a rule makes it wait"},
    {S::exited, E::gate_backoff, S::backoff, "it left early and cools down"},
    {S::exited, E::gate_refuse, S::held, "it left, and a rule refuses its return"},
    {S::exited, E::gate_stop, S::stopped, "the operator wants it down"},
    {S::exited, E::gate_fatal, S::fatal, "it left too often, or cannot be run as it is"},
    {S::exited, E::answered_loading, S::exited, "a late answer of a process that is gone"},
    {S::exited, E::answered, S::exited, "a late answer of a process that is gone"},
    {S::exited, E::stop_asked, S::stopped, "asked to stay down"},
    {S::exited, E::exited, S::exited, "a late report of an end already seen"},
    {S::exited, E::stopped, S::exited, "a late report of an end already seen"},
    {S::exited, E::adopted, S::running, "a running server was taken back"},
    {S::exited, E::stop_refused, S::exited, "there is nothing to stop"},

    {S::fatal, E::gate_go, S::starting, "the cause was mended, or the operator forced it"},
    {S::fatal, E::gate_wait, S::held, "the cause was mended, and a rule makes it wait"},
    {S::fatal, E::gate_backoff, S::backoff, "the cause was mended while it cools down"},
    {S::fatal, E::gate_refuse, S::held, "the cause was mended, and a rule refuses it"},
    {S::fatal, E::gate_stop, S::stopped, "the operator wants it down"},
    {S::fatal, E::gate_fatal, S::fatal, "the cause is still there"},
    {S::fatal, E::answered_loading, S::fatal, "a late answer of a process that is gone"},
    {S::fatal, E::answered, S::fatal, "a late answer of a process that is gone"},
    {S::fatal, E::stop_asked, S::stopped, "asked to stay down"},
    {S::fatal, E::exited, S::fatal, "a late report of an end already seen"},
    {S::fatal, E::stopped, S::fatal, "a late report of an end already seen"},
    {S::fatal, E::adopted, S::running, "a running server was taken back"},
    {S::fatal, E::stop_refused, S::fatal, "there is nothing to stop"},

    {S::held, E::gate_go, S::starting, "what held it has gone"},
    {S::held, E::gate_wait, S::held, "a rule still makes it wait"},
    {S::held, E::gate_backoff, S::backoff, "what held it has gone while it cools down"},
    {S::held, E::gate_refuse, S::held, "a rule still refuses it"},
    {S::held, E::gate_stop, S::stopped, "the operator wants it down"},
    {S::held, E::gate_fatal, S::fatal, "it cannot be run as it is"},
    {S::held, E::answered_loading, S::held, "a late answer of a process that is gone"},
    {S::held, E::answered, S::held, "a late answer of a process that is gone"},
    {S::held, E::stop_asked, S::stopped, "asked to stay down"},
    {S::held, E::exited, S::held, "a late report of an end already seen"},
    {S::held, E::stopped, S::held, "a late report of an end already seen"},
    {S::held, E::adopted, S::running, "a running server was taken back"},
    {S::held, E::stop_refused, S::held, "there is nothing to stop"},
}};

constexpr bool total_and_unambiguous() {
  for (std::size_t s = 0; s < states; ++s)
    for (std::size_t e = 0; e < events; ++e) {
      const auto here = [&](const LifeRow& r) {
        return r.from == static_cast<S>(s) && r.on == static_cast<E>(e) && !r.because.empty();
      };
      if (std::ranges::count_if(table, here) != 1) return false;
    }
  return true;
}
static_assert(static_cast<std::size_t>(S::held) + 1 == states &&
              static_cast<std::size_t>(E::stop_refused) + 1 == events);
static_assert(total_and_unambiguous(), "each (state, event) needs exactly one row");

}  // namespace

std::span<const LifeRow> lifecycle() {
  return table;
}

ProcessState next(ProcessState from, LifeEvent on) {
  return std::ranges::find_if(table, [&](const LifeRow& r) { return r.from == from && r.on == on; })->to;
}

std::string lifecycle_diagram() {
  std::string text = "stateDiagram-v2\n  [*] --> STOPPED\n";
  for (const auto& r : table) {
    if (r.from == r.to) continue;
    text +=
        "  " + std::string(name(r.from)) + " --> " + std::string(name(r.to)) + " : " + std::string(r.because) + '\n';
  }
  return text;
}

}  // namespace slotwarden::decide
