#include "cli/obey.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>

#include "cli/backups.h"
#include "cli/cert.h"
#include "cli/connection.h"
#include "cli/doctor.h"
#include "cli/feed.h"
#include "cli/follow_journal.h"
#include "cli/follow_log.h"
#include "cli/inspect.h"
#include "cli/last_status.h"
#include "cli/print.h"
#include "cli/take_over.h"
#include "cli/waiting.h"
#include "control/commands.h"
#include "control/event_json.h"

namespace slotwarden::cli {
namespace {

using control::ExitCode;
using control::Json;

constexpr std::chrono::milliseconds patience{10'000};  // with answers that take the daemon no time
constexpr std::chrono::hours long_patience{6};         // while it reads a dump through

std::int64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

ExitCode complain(const Console& c, std::string_view what, ExitCode code) {
  c.err << "slotwardenctl: " << printable(what) << '\n';
  return code;
}

// "USAGE START: …" without its code, which is for programs.
std::string_view without_code(std::string_view error) {
  for (const std::string_view code : {"USAGE ", "UNKNOWN ", "ERR "})
    if (error.starts_with(code)) return error.substr(code.size());
  return error;
}

ExitCode complain_of_reply(const Console& c, const std::string& error) {
  return complain(c, without_code(error), control::exit_code_of_error(error));
}

// What one command needs while it runs.
struct Errand {
  const Console& c;
  const Globals& g;
  const Order& order;
  bool json = false;
  const control::Request& request = order.request;
};

ExitCode no_answer(const Errand& e, const Error& why) {
  complain(e.c, why.what, ExitCode::no_answer);
  if (e.request.command != "STATUS") return ExitCode::no_answer;
  const Result<LastStatus> last = read_last_status(e.g.status_file, e.request.targets);
  if (!last) return complain(e.c, "and its last status cannot be told: " + last.error().what, ExitCode::no_answer);
  e.c.err << "The daemon does not answer. This is what it published " << brief_duration(unix_ms() - last->at_unix_ms)
          << " ago in " << e.g.status_file << "; servers go on without it.\n";
  if (e.json) {
    print_json(e.c, to_json(last->instances));
  } else {
    print(e.c, last->instances, unix_ms());
  }
  return ExitCode::no_answer;
}

ExitCode show(const Errand& e, const Answer& a) {
  if (a.is_error) return complain_of_reply(e.c, a.text);
  if (e.request.command == "PING") {
    e.c.out << printable(a.text) << '\n';
    return ExitCode::done;
  }
  const Result<Json> j = control::read(a.text);
  if (!j) return complain(e.c, "the daemon's answer is " + j.error().what, ExitCode::failed);
  std::ostream nowhere(nullptr);
  const Console silent{nowhere, e.c.err, e.c.in};
  if (e.json) print_json(e.c, *j);
  const Result<ExitCode> code = print_answer(e.json ? silent : e.c, e.request.command, *j, unix_ms());
  if (!code) return complain(e.c, "the daemon's answer is not understood: " + code.error().what, ExitCode::failed);
  e.c.out << std::flush;
  return *code;
}

// Prints what `start --force` may lose and, on a terminal, asks. False: do not go on.
Result<bool> confirm_force(const Errand& e, Connection& daemon) {
  std::vector<std::string> argv{"EXPLAIN"};
  argv.insert(argv.end(), e.request.targets.begin(), e.request.targets.end());
  const Result<Answer> answer = daemon.ask(argv, patience);
  if (!answer) return answer.error();
  if (answer->is_error) return Error{answer->text};
  const Result<Json> j = control::read(answer->text);
  if (!j) return j.error();
  const auto all = control::explanations_from_json(*j);
  if (!all) return all.error();
  print_what_force_may_lose(e.c, *all);
  if (e.order.yes || !e.c.in_is_terminal) return true;
  e.c.err << "Start anyway? Type yes: " << std::flush;
  std::string typed;
  std::getline(e.c.in, typed);
  return typed == "yes";
}

// Prints what `restore` would do and lose, and asks. An exit code: go no further.
std::optional<ExitCode> confirm_restore(const Errand& e, Connection& daemon) {
  control::Request plan = e.request;
  plan.options.plan = true;
  LiveLine live(e.c, e.g.socket, plan.command, plan.targets);
  const Result<Answer> answer = ask_and_tell(
      daemon, control::argv_of(plan), std::nullopt, long_patience, [](const Event&) {}, live);
  if (!answer) return no_answer(e, answer.error());
  const Result<Json> j = answer->is_error ? Error{answer->text} : control::read(answer->text);
  if (!j) return complain_of_reply(e.c, j.error().what);
  const auto all = control::outcomes_from_json(*j);
  if (!all || all->empty()) return complain(e.c, "the daemon's answer is not understood", ExitCode::failed);
  if (all->front().outcome != control::Done::done) return show(e, *answer);
  e.c.err << printable(all->front().text) << '\n';
  if (e.order.yes) return std::nullopt;
  if (!e.c.in_is_terminal) return complain(e.c, "nothing was done: it needs --yes", ExitCode::failed);
  e.c.err << "Restore it? Type yes: " << std::flush;
  std::string typed;
  std::getline(e.c.in, typed);
  if (typed == "yes") return std::nullopt;
  return complain(e.c, "nothing was done", ExitCode::failed);
}

// The waiting part of a command that changes something.
ExitCode change(const Errand& e, Connection& daemon) {
  // A frozen daemon must not find the command in its socket when it thaws, long after the person was told.
  const auto as_long_as_told = std::min(patience, e.order.timeout.value_or(patience));
  const Result<Answer> alive = daemon.ask(std::array<std::string, 1>{"PING"}, as_long_as_told);
  if (!alive) return no_answer(e, alive.error());
  if (alive->is_error) return complain_of_reply(e.c, alive->text);
  if (e.request.options.force) {
    const Result<bool> go = confirm_force(e, daemon);
    if (!go) return complain_of_reply(e.c, go.error().what);
    if (!*go) return complain(e.c, "nothing was started", ExitCode::failed);
  }
  if (e.request.command == "RESTORE" && !e.request.options.plan)
    if (const auto ended = confirm_restore(e, daemon)) return *ended;
  std::optional<Feed> feed;
  Interest interest;
  if (e.order.verbose || e.c.out_is_terminal) {
    if (Result<Interest> i = interest_in(daemon, e.request.targets)) interest = std::move(*i);
    if (Result<Feed> f = Feed::open(e.g.socket)) feed.emplace(std::move(*f));
  }
  const auto tell = [&](const Event& event) {
    if (interest.in(event)) e.c.err << line(e.c, event) << std::endl;
  };
  const std::vector<std::string> argv = control::argv_of(e.request);
  LiveLine live(e.c, e.g.socket, e.request.command, e.request.targets);
  const Result<Answer> answer = ask_and_tell(daemon, argv, std::move(feed), e.order.timeout, tell, live);
  return answer ? show(e, *answer) : no_answer(e, answer.error());
}

void print_event(const Errand& e, const Event& event) {
  e.c.out << (e.json ? control::write(control::to_json(event)) : line(e.c, event)) << std::endl;
}

bool same(const Event& a, const Event& b) {
  return a.at_unix_ms == b.at_unix_ms && a.port == b.port && a.event == b.event && a.detail == b.detail;
}

// The history, then what happens from now on. It is subscribed before the history is asked for, so that nothing falls
// between the two; what is in both is printed once.
ExitCode follow_events(const Errand& e, Connection& daemon) {
  const Result<Interest> interest = interest_in(daemon, e.request.targets);
  if (!interest) return complain_of_reply(e.c, interest.error().what);
  Result<Feed> feed = Feed::open(e.g.socket);
  if (!feed) return no_answer(e, feed.error());
  control::Request history = e.request;
  history.command = "EVENTS";
  history.topic.clear();
  const Result<Answer> answer = daemon.ask(control::argv_of(history), patience);
  if (!answer) return no_answer(e, answer.error());
  if (answer->is_error) return complain_of_reply(e.c, answer->text);
  const Result<Json> j = control::read(answer->text);
  const Result<std::vector<Event>> told = j ? control::events_from_json(*j) : j.error();
  if (!told) return complain(e.c, "the daemon's answer is not understood: " + told.error().what, ExitCode::failed);
  for (const Event& event : *told) print_event(e, event);
  for (;;) {
    const Result<std::optional<Event>> event = feed->next();
    if (!event) return no_answer(e, event.error());
    if (*event) {
      const bool known = std::ranges::any_of(*told, [&](const Event& t) { return same(t, **event); });
      if (interest->in(**event) && !known) print_event(e, **event);
      continue;
    }
    pollfd watched{feed->fd(), POLLIN, 0};
    if (::poll(&watched, 1, -1) < 0) continue;
    if (const Result<void> taken = feed->take(); !taken) return no_answer(e, taken.error());
  }
}

ExitCode follow_tail(const Errand& e, const Answer& a) {
  const Result<Json> j = control::read(a.text);
  const Result<control::TailReply> tail = j ? control::tail_from_json(*j) : j.error();
  if (!tail) return complain(e.c, "the daemon's answer is not understood: " + tail.error().what, ExitCode::failed);
  if (!tail->journal.empty()) return follow_journal(e.c, tail->journal);
  const Result<void> followed = follow_log(e.c, tail->path, tail->ends_at);
  return followed ? ExitCode::done : complain(e.c, followed.error().what, ExitCode::failed);
}

ExitCode run(const Errand& e, bool changes) {
  Result<Connection> daemon = Connection::open(e.g.socket);
  if (!daemon) return no_answer(e, daemon.error());
  if (changes) return change(e, *daemon);
  const bool events = e.request.command == "EVENTS" && e.order.follow;
  if (events || e.request.command == "SUBSCRIBE") return follow_events(e, *daemon);
  const Result<Answer> answer = daemon->ask(control::argv_of(e.request), patience);
  if (!answer) return no_answer(e, answer.error());
  const ExitCode shown = show(e, *answer);
  if (e.order.follow && shown == ExitCode::done) return follow_tail(e, *answer);
  return shown;
}

}  // namespace

control::ExitCode obey(const Console& c, const Globals& g, std::span<const std::string> words) {
  const Result<Order> order = read_order(words);
  if (!order) return complain(c, without_code(order.error().what), ExitCode::usage);
  const Errand errand{c, g, *order, g.json || order->json};
  const control::Request& request = order->request;
  if (request.command == "HELP" && errand.json) {
    c.out << control::help_json(request.topic) << '\n';
    return ExitCode::done;
  }
  if (request.command == "HELP") {
    print_help(c, request.topic);
    return ExitCode::done;
  }
  if (request.command == "DOCTOR") return doctor(c, g, *order, errand.json);
  if (request.command == "CERT") return cert(c, g, *order, errand.json);
  if (request.command == "BACKUPS" && request.topic == "verify") return verify_backups(c, g, *order, errand.json);
  if (request.command == "BACKUPS" && request.topic == "export") return export_backup(c, g, *order, errand.json);
  if (request.command == "ADOPT") return adopt(c, g, *order, errand.json);
  if (request.command == "GIVE-BACK") return give_back(c, g, *order, errand.json);
  if (request.command == "INSPECT") return inspect(c, g, *order, errand.json);
  if (request.command == "HOST") {
    if (request.topic.starts_with("print ")) return print_host_file(c, g, *order, errand.json);
    if (!Connection::open(g.socket)) return restore_host(c, g, *order, errand.json);
  }
  return run(errand, control::find_command(request.command)->changes);
}

}  // namespace slotwarden::cli
