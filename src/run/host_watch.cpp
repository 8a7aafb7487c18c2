#include "run/host_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "decide/host.h"
#include "observe/host_settings.h"
#include "run/take_over.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto told_note = "host.told";
constexpr auto an_adopt_takes = 60s;  // at most, until the daemon is told

// What makes a finding the same one from look to look: its numbers may change meanwhile.
std::string key_of(const Finding& f) {
  const bool many = f.setting == "server.file-differs";
  return fmt::format("{} {}{}", f.port.n, f.setting, many ? " " + f.expected.substr(0, f.expected.find(' ')) : "");
}

std::string joined(const std::set<std::string>& keys) {
  std::string text;
  for (const auto& k : keys) text += k + "\n";
  return text;
}

std::set<std::string> split(const std::string& text) {
  std::set<std::string> keys;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    keys.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return keys;
}

std::vector<control::Outcome> one(control::Done done, std::string text) {
  return {{Port{}, done, "", std::move(text)}};
}

}  // namespace

std::vector<HostSubject> HostWatch::subjects() const {
  std::vector<HostSubject> all;
  for (const auto& i : services_.instances)
    if (i->watch && i->process && !i->removed) all.push_back({i.get(), i->process->pid, true});
  return all;
}

HostPolicy HostWatch::policy_in_force() const {
  HostPolicy p = policy_;
  if (!restored_by_.empty()) p.mode = std::min(p.mode, Mode::audit);
  return p;
}

void HostWatch::take_up(HostPolicy policy) {
  policy_ = std::move(policy);
  cannot_.clear();
  bell_.ring();
}

asio::awaitable<void> HostWatch::recall() {
  const auto found = co_await services_.memory.get(found_note);
  const auto values = found ? found_values(*found) : Result<FoundValues>(found.error());
  if (values)
    found_ = *values;
  else
    book_problem_ = values.error().what;
  const auto restored = co_await services_.memory.get(restored_note);
  if (restored) restored_by_ = *restored;
  const auto told = co_await services_.memory.get(told_note);
  if (told) told_ = split(*told);
}

asio::awaitable<void> HostWatch::run() {
  co_await recall();
  while (!services_.stopping) {
    co_await round();
    if (services_.stopping) co_return;
    co_await bell_.wait(policy_.check_every);
  }
}

asio::awaitable<std::vector<Finding>> HostWatch::units_of_nobody() {
  std::set<Port> ours;
  for (const auto& i : services_.instances)
    if (!i->removed) ours.insert(i->port());
  auto work = [ours] { return kept_by_nobody(ours, an_adopt_takes); };
  co_return co_await on(services_.scans, std::move(work));
}

asio::awaitable<std::vector<Finding>> HostWatch::look() {
  auto which = subjects();
  auto seen = co_await examiner_.look(std::move(which));
  report_.kept = policy_in_force().mode == Mode::enforce;
  report_.blind = seen.blind;
  report_.servers.clear();
  for (const auto& s : seen.servers) report_.servers.push_back({s.port, s.pid, s.policy_name, s.managed});
  report_.findings = decide::drift(seen, policy_in_force());
  auto left = co_await units_of_nobody();
  std::ranges::move(left, std::back_inserter(report_.findings));
  co_return report_.findings;
}

asio::awaitable<void> HostWatch::round() {
  if (policy_.mode == Mode::off) {
    report_ = {};
    co_return;
  }
  auto findings = co_await look();
  auto to_enforce = findings;
  const bool written = co_await enforce(std::move(to_enforce));
  if (written) findings = co_await look();
  tell(findings);
}

asio::awaitable<bool> HostWatch::enforce(std::vector<Finding> findings) {
  bool written = false;
  for (auto& f : findings) {
    if (services_.stopping || f.mode != Mode::enforce || !f.repair) continue;
    // The policy may have been taken back while the last one was written.
    if (policy_in_force().mode != Mode::enforce) co_return written;
    const bool done = co_await enforce_one(std::move(f));
    written = written || done;
  }
  co_return written;
}

asio::awaitable<bool> HostWatch::enforce_one(Finding f) {
  const auto key = key_of(f);
  Result<std::string> done{Error{}};
  Result<void> remembered{};
  if (f.repair->how == Repair::How::kernel_file) remembered = co_await remember_value(f.repair->target);
  if (!remembered)
    done = remembered.error();
  else
    done = co_await carry_out(*f.repair, examiner_.connection(f.port));
  if (done) {
    cannot_.erase(key);
    services_.journal.note(f.port, "host-enforced", f.setting,
                           fmt::format("{}; it was {}. {}", *done, f.actual, f.why));
    co_return true;
  }
  if (cannot_.insert(key).second)
    services_.journal.warn(f.port, "host-unwritable", f.setting,
                           fmt::format("{}; it stays {} instead of {}", done.error().what, f.actual, f.expected));
  co_return false;
}

asio::awaitable<Result<void>> HostWatch::remember_value(std::string file) {
  if (!book_problem_.empty()) co_return Error{"nothing is written without knowing what was there: " + book_problem_};
  if (found_.contains(file)) co_return Result<void>{};
  const auto value = observe::setting_value(file);
  if (!value) co_return value.error();
  found_[file] = *value;
  auto kept = co_await services_.memory.write(found_note, to_text(found_));
  if (!kept) found_.erase(file);
  co_return kept;
}

void HostWatch::tell(const std::vector<Finding>& findings) {
  std::set<std::string> now;
  for (const auto& f : findings) {
    const auto key = key_of(f);
    now.insert(key);
    if (told_.contains(key)) continue;
    auto text = fmt::format("expected {}, found {}. {} Fix: {}", f.expected, f.actual, f.why, f.fix);
    if (f.severity == Severity::advice)
      services_.journal.note(f.port, "host-drift", f.setting, std::move(text));
    else
      services_.journal.warn(f.port, "host-drift", f.setting, std::move(text));
  }
  for (const auto& key : told_) {
    if (now.contains(key)) continue;
    const auto blank = key.find(' ');
    const auto port = static_cast<std::uint16_t>(std::strtoul(key.c_str(), nullptr, 10));
    const auto looked_at = [&](const control::LookedAtServer& s) { return s.port.n == port; };
    // Of a server that does not run nothing is known: it may be as bad as before.
    if (port != 0 && std::ranges::none_of(report_.servers, looked_at)) {
      now.insert(key);
      continue;
    }
    services_.journal.note(Port{port}, "host-mended", key.substr(blank + 1), "it is as the policy wants it");
  }
  if (now != told_) services_.memory.put(told_note, joined(now));
  told_ = std::move(now);
}

asio::awaitable<std::vector<control::Outcome>> HostWatch::restore(bool restore, std::string who) {
  restored_by_ = restore ? who : "";
  auto kept = co_await services_.memory.write(restored_note, restored_by_);
  if (!kept) co_return one(control::Done::failed, kept.error().what);
  services_.journal.note(Port{}, restore ? "host-restored" : "host-enforcing", "", "by " + who);
  bell_.ring();
  if (!restore) co_return one(control::Done::done, "the policy of the host is enforced again");
  if (!book_problem_.empty()) co_return one(control::Done::failed, book_problem_);
  co_return put_back(found_);
}

}  // namespace slotwarden::run
