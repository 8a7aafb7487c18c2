#include <algorithm>
#include <string>

#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

std::string size_text(Bytes b) {
  return cli::size_text(b.n);
}

// "[######----]"
std::string bar(int percent) {
  constexpr int width = 10;
  const int full = std::clamp(percent * width / 100, 0, width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '-') + "]";
}

std::string doing(const control::SaveLine& s) {
  if (!s.running) return s.may_fork ? "begins" : s.next_ms ? "waits " + brief_duration(*s.next_ms) : "waits";
  return fork_text(*s.running) + ", " + size_text(s.running->copied) + " of " + size_text(s.running->predicted) +
         " copied";
}

Paint paint_of(const control::SaveLine& s) {
  if (s.running) return Paint::good;
  if (s.failures > 0 || s.urgency >= 2) return Paint::bad;
  return s.urgency >= 1 ? Paint::warning : Paint::plain;
}

void print_memory(const Console& c, const control::SavesReply& r) {
  if (!r.problem.empty()) c.out << "the memory is not known, so nothing forks: " << printable(r.problem) << '\n';
  for (const auto& m : r.memory) {
    const auto left = m.available - m.reserve - m.promised;
    c.out << printable(m.name) << ": " << size_text(left) << " for saves (" << size_text(m.available) << " available, "
          << size_text(m.reserve) << " kept back, " << size_text(m.promised) << " promised)\n";
  }
  c.out << "at once: " << r.leases;
  if (r.pressure_percent) c.out << "; waiting for memory: " << *r.pressure_percent << "% of the time";
  c.out << "\n\n";
}

}  // namespace

std::string fork_text(const control::RunningFork& r) {
  const auto text =
      r.kind + (r.for_replicas ? " for replicas " : " ") + bar(r.percent) + " " + std::to_string(r.percent) + "%";
  return r.eta_ms ? text + ", " + brief_duration(*r.eta_ms) + " left" : text;
}

void print(const Console& c, const control::SavesReply& r, std::int64_t now_unix_ms) {
  print_memory(c, r);
  Table t({{"PORT"}, {"AGE"}, {"CHANGES"}, {"NOW"}, {"RULE"}, {"WHY"}});
  for (const auto& s : r.saves)
    t.row({{std::to_string(s.port.n)},
           {s.age_ms ? brief_duration(*s.age_ms) : "never"},
           {std::to_string(s.changes)},
           {doing(s), paint_of(s)},
           {s.rule, Paint::bold},
           {s.because}});
  t.print(c, true);
  for (const auto& s : r.syncs)
    c.out << s.port.n << ": " << s.replicas << (s.replicas == 1 ? " replica asks" : " replicas ask")
          << " for all its data, since " << brief_duration(s.waited_ms) << ". " << printable(s.rule) << ": "
          << printable(s.because) << (s.release.empty() ? "" : " " + printable(s.release)) << '\n';
  for (const auto& s : r.saves)
    if (!s.problem.empty()) c.out << s.port.n << ": " << printable(s.problem) << '\n';
  for (const auto& s : r.saves)
    if (!s.last.empty())
      c.out << s.port.n << ": " << printable(s.last)
            << (s.last_unix_ms ? ", " + brief_duration(now_unix_ms - *s.last_unix_ms) + " ago" : "") << '\n';
}

}  // namespace slotwarden::cli
