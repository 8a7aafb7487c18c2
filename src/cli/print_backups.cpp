// The generations of backups, for people.
#include <fmt/format.h>

#include <array>

#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {

namespace {

Paint paint_of(const control::ListedCopy& l) {
  if (!l.trouble.empty()) return Paint::bad;
  return l.copy.state == DatasetState::valid ? Paint::good : Paint::warning;
}

void print(const Console& c, const Rehearsed& r, std::int64_t now_unix_ms) {
  if (r.proven)
    c.out << fmt::format("  proven {} ago: {}, {} keys, loaded in {:.1f} s within {}\n",
                         brief_duration(now_unix_ms - r.proven->at_unix_ms), printable(r.proven->generation),
                         r.proven->keys, static_cast<double>(r.proven->loaded_ms) / 1000,
                         size_text(r.proven->memory.n));
  if (r.doubtful())
    c.out << "  "
          << painted(c, Paint::bad,
                     fmt::format("not proven {} ago: {}: {}: {}", brief_duration(now_unix_ms - r.failed->at_unix_ms),
                                 printable(r.failed->generation), r.failed->rule, printable(r.failed->detail)))
          << '\n';
}

void print(const Console& c, const control::PortBackups& b, std::int64_t now_unix_ms) {
  c.out << painted(c, Paint::bold, std::to_string(b.port.n)) << (b.enabled ? "" : "  (its policy makes none)") << '\n';
  if (!b.trouble.empty()) c.out << "  " << painted(c, Paint::bad, "its last save: " + printable(b.trouble)) << '\n';
  print(c, b.rehearsed, now_unix_ms);
  if (!b.doing.empty()) c.out << "  " << printable(b.doing) << '\n';
  if (b.copies.empty()) {
    c.out << "  nothing is kept\n";
    return;
  }
  Table t({{"GENERATION"},
           {"STATE"},
           {"KEYS", Table::Align::right},
           {"SIZE", Table::Align::right},
           {"SAVED"},
           {"WHY"},
           {""}});
  for (const auto& l : b.copies) {
    const auto& k = l.copy;
    const auto from = k.saved_by.known() && k.node.known() && k.saved_by != k.node ? "of " + k.saved_by.brief() : "";
    t.row({{printable(k.name)},
           {l.trouble.empty() ? std::string(name(k.state)) : "note damaged", paint_of(l)},
           {k.keys ? std::to_string(*k.keys) : "-"},
           {size_text(k.size.n)},
           {k.saved_unix ? local_time(*k.saved_unix * 1000) : "-"},
           {printable(k.why) + (from.empty() ? "" : ", " + from)},
           {l.in_place ? "in place" : ""}});
  }
  t.print(c, true, 2);
}

}  // namespace

Paint paint_of(DatasetState s) {
  switch (s) {
    case DatasetState::valid: return Paint::good;
    case DatasetState::empty:
    case DatasetState::absent:
    case DatasetState::unknown: return Paint::warning;
    case DatasetState::truncated:
    case DatasetState::corrupt:
    case DatasetState::foreign:
    case DatasetState::too_new:
    case DatasetState::unreadable: return Paint::bad;
  }
  return Paint::plain;
}

std::string size_text(std::uint64_t n) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(n);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return unit == 0 ? fmt::format("{} B", n) : fmt::format("{:.1f} {}", size, units[unit]);
}

void print(const Console& c, std::span<const control::PortBackups> all, std::int64_t now_unix_ms) {
  for (const auto& b : all) print(c, b, now_unix_ms);
}

}  // namespace slotwarden::cli
