#include "cli/feed.h"

#include <array>

#include "control/event_json.h"
#include "control/request.h"
#include "control/status.h"

namespace slotwarden::cli {
namespace {

constexpr std::chrono::seconds patience{10};

}  // namespace

Result<Interest> interest_in(Connection& daemon, std::span<const std::string> targets) {
  Interest i;
  i.everything = targets.empty();
  bool named = false;
  for (const std::string& t : targets) {
    const auto port = control::port_target(t);
    if (port) i.ports.insert(*port);
    if (t == "all") i.everything = true;
    named = named || (!port && t != "all");
  }
  if (!named || i.everything) return i;
  std::vector<std::string> argv{"STATUS"};
  argv.insert(argv.end(), targets.begin(), targets.end());
  const Result<Answer> answer = daemon.ask(argv, patience);
  if (!answer) return answer.error();
  if (answer->is_error) return Error{answer->text};
  const auto j = control::read(answer->text);
  if (!j) return j.error();
  const auto all = control::statuses_from_json(*j);
  if (!all) return all.error();
  for (const control::InstanceStatus& s : *all) i.ports.insert(s.port);
  return i;
}

Result<Feed> Feed::open(const std::string& socket) {
  Result<Connection> c = Connection::open(socket);
  if (!c) return c.error();
  const Result<Answer> confirmed = c->ask(std::array<std::string, 2>{"SUBSCRIBE", "events"}, patience);
  if (!confirmed) return confirmed.error();
  if (confirmed->is_error) return Error{confirmed->text};
  return Feed(std::move(*c));
}

Result<void> Feed::take() {
  Result<std::optional<Answer>> a = connection_.receive();
  if (!a) return a.error();
  taken_ = std::move(*a);
  return {};
}

Result<std::optional<Event>> Feed::next() {
  std::optional<Answer> a = std::exchange(taken_, std::nullopt);
  if (!a) {
    Result<std::optional<Answer>> more = connection_.buffered();
    if (!more) return more.error();
    a = std::move(*more);
  }
  if (!a) return std::optional<Event>{};
  if (a->is_error) return Error{a->text};
  if (a->parts.size() != 3 || a->parts[0] != "message") return next();
  const auto j = control::read(a->parts[2]);
  if (!j) return j.error();
  Result<Event> e = control::event_from_json(*j);
  if (!e) return e.error();
  return std::optional<Event>{std::move(*e)};
}

}  // namespace slotwarden::cli
