#include "run/mend.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "act/files.h"
#include "act/leftovers.h"
#include "decide/kept.h"
#include "run/install.h"
#include "run/workers.h"

namespace slotwarden::run {

asio::awaitable<void> set_dataset_aside(Instance& i, Services& s) {
  if (!i.looked_at || i.looked_at->dataset.file.empty()) co_return;
  const auto& d = i.looked_at->dataset;
  const auto what = d.aof ? std::filesystem::path(d.file).parent_path().string() : d.file;
  // An append-only file of the old single-file form lies in the data directory itself: only the file is moved then.
  const auto target = d.aof && what == i.directory() ? d.file : what;
  auto moved = act::set_aside(target);
  if (moved)
    s.journal.warn(i.port(), "set-aside", i.gate.verdict,
                   fmt::format("{} would not load ({}); it is kept as {}", target, name(d.state), *moved));
  else
    s.journal.warn(i.port(), "error", "", moved.error().what);
  i.looked_at.reset();
}

asio::awaitable<void> make_room(Instance& i, Services& s) {
  const auto leftovers = i.leftovers;  // a copy: they are looked at anew meanwhile
  for (const auto& l : leftovers) {
    if (!i.carried.insert(l.path).second) continue;
    auto carry = [path = l.path, folder = s.aside_folder(i.port())] {
      return act::carry_to_another_disk(path, folder);
    };
    auto moved = co_await on(s.readers, std::move(carry));
    if (moved)
      s.journal.warn(
          i.port(), "set-aside", "disk-full",
          fmt::format("{} ({} bytes), the unfinished file of a dead writer, is {} now", l.path, l.size.n, *moved));
    else
      s.journal.note(i.port(), "error", "disk-full", moved.error().what);
  }
}

asio::awaitable<void> accept_data(Instance& i, Services& s, decide::StartEvidence e) {
  Named named;
  const bool ours = e.directory_free == Tri::yes && e.directory_writable == Tri::yes && e.orphans == Tri::no && i.lock;
  if (!ours) {
    auto why = e.server_usable == Tri::no ? i.server_problem : i.directory_holder;
    if (why.empty()) why = "its data directory is not known to be free";
    named.text = why + "; nothing was changed";
  } else {
    named = co_await install_named(i, s, i.accept->from, i.accept->who);
  }
  // A quarantine that failed holds it until there is better data: that is what this was.
  if (named.installed && i.intent.held && i.intent.who == "slotwarden") {
    i.intent.held = false;
    (void)co_await s.memory.write(i.port(), i.intent);
  }
  if (!i.intent.up) i.lock.reset();
  i.accept->outcome = std::move(named);
  i.changed();
}

asio::awaitable<control::Outcome> accepted_data(Instance& i, Services& s, std::string from, std::string who) {
  using control::Done;
  const auto outcome = [&](Done d, std::string_view rule, std::string text) {
    return control::Outcome{i.port(), d, std::string(rule), std::move(text)};
  };
  if (i.watch) {
    decide::NamedEvidence e;
    e.runs = true;
    const auto v = decide::accept(e);
    co_return outcome(Done::refused, v.rule, std::string(v.because));
  }
  if (i.accept || !i.kept) co_return outcome(Done::failed, "", "another accept-data is under way, or it is let go of");
  Accept wanted;
  wanted.from = std::move(from);
  wanted.who = std::move(who);
  i.accept = std::move(wanted);
  i.changed();
  Watching watching(i, s.loop);
  while (!i.accept->outcome && !i.watch && i.kept) co_await watching.wait(std::chrono::milliseconds(200));
  auto done = std::exchange(i.accept, std::nullopt)->outcome;
  i.changed();
  if (!done) co_return outcome(Done::failed, "", "it was started meanwhile, with what was there; nothing was changed");
  const bool refused = !done->verdict.rule.empty() && done->verdict.ruling == Ruling::refuse;
  if (refused) co_return outcome(Done::refused, done->verdict.rule, std::move(done->text));
  co_return outcome(done->installed ? Done::done : Done::failed, "", std::move(done->text));
}

}  // namespace slotwarden::run
