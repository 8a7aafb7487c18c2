#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

Paint paint_of_ruling(Ruling r) {
  switch (r) {
    case Ruling::go: return Paint::good;
    case Ruling::wait: return Paint::warning;
    case Ruling::refuse: return Paint::bad;
  }
  return Paint::plain;
}

void print_verdict(const Console& c, std::string_view question, const control::ExplainedVerdict& v) {
  c.out << "  " << question << ": " << painted(c, paint_of_ruling(v.ruling), name(v.ruling)) << ", by the rule "
        << painted(c, Paint::bold, printable(v.rule)) << "\n    " << printable(v.because) << '\n';
  if (!v.release.empty()) c.out << "    until: " << printable(v.release) << '\n';
}

std::string age(const control::Fact& f) {
  if (!f.age_ms) return "never";
  if (*f.age_ms < 10'000) return std::to_string(*f.age_ms) + "ms";
  return brief_duration(*f.age_ms);
}

void print_facts(const Console& c, const std::vector<control::Fact>& facts) {
  Table t({{"FACT"}, {"VALUE"}, {"SOURCE"}, {"AGE", Table::Align::right}});
  for (const control::Fact& f : facts)
    t.row({{f.name},
           {f.value, f.value == "unknown" ? Paint::warning : Paint::plain},
           {f.source.empty() ? "-" : f.source, Paint::faint},
           {age(f), Paint::faint}});
  t.print(c, true, 2);
}

void print_list(const Console& c, std::string_view title, const std::vector<std::string>& items) {
  if (items.empty()) return;
  c.out << "  " << title << '\n';
  for (const std::string& item : items) c.out << "    - " << printable(item) << '\n';
}

}  // namespace

void print(const Console& c, const control::Explanation& e, std::int64_t now_unix_ms) {
  const control::InstanceStatus& s = e.status;
  c.out << painted(c, Paint::bold, std::to_string(s.port.n)) << ' ' << painted(c, paint_of(s.state), name(s.state));
  if (s.since_unix_ms) c.out << " for " << brief_duration(now_unix_ms - *s.since_unix_ms);
  if (s.role != Role::unknown) c.out << ", " << name(s.role);
  if (!s.policy.empty()) c.out << ", policy " << printable(s.policy);
  if (!s.note.empty()) c.out << ", " << printable(s.note);
  c.out << '\n';
  print_verdict(c, "may it start", e.verdict);
  if (e.succession) print_verdict(c, "who owns its slots", *e.succession);
  print_list(c, "what would release it:", e.would_release);
  print_list(c, "what start --force may lose now:", e.may_lose);
  if (!e.facts.empty()) print_facts(c, e.facts);
}

void print_what_force_may_lose(const Console& c, std::span<const control::Explanation> all) {
  for (const control::Explanation& e : all) {
    c.err << e.status.port.n << ": what this may lose (held by the rule " << printable(e.verdict.rule) << ": "
          << printable(e.verdict.because) << ")\n";
    for (const std::string& item : e.may_lose) c.err << "  - " << painted(c, Paint::warning, printable(item)) << '\n';
    if (e.may_lose.empty()) c.err << "  - nothing that the daemon knows of\n";
  }
}

}  // namespace slotwarden::cli
