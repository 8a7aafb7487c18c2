#include "cli/backups.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/bar.h"
#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {

namespace {

using control::ExitCode;

ExitCode complain(const Console& c, std::string_view what) {
  c.err << "slotwardenctl: " << printable(what) << '\n';
  return ExitCode::failed;
}

void print(const Console& c, const control::PortVerification& p) {
  c.out << painted(c, Paint::bold, std::to_string(p.port.n)) << (p.enabled ? "" : "  (its policy makes none)") << '\n';
  if (!p.trouble.empty()) {
    c.out << "  " << painted(c, Paint::bad, printable(p.trouble)) << '\n';
    return;
  }
  if (p.copies.empty()) {
    c.out << "  nothing is kept"
          << (p.enabled ? fmt::format("; have one made: slotwardenctl save {} --now", p.port.n) : "") << '\n';
    return;
  }
  Table t({{"GENERATION"}, {"NOW"}, {"KEYS", Table::Align::right}, {"SIZE", Table::Align::right}, {"SAVED"}, {""}});
  for (const auto& g : p.copies) {
    t.row({{printable(g.copy.name)},
           {std::string(name(g.state)), paint_of(g.state)},
           {g.copy.keys ? std::to_string(*g.copy.keys) : "-"},
           {size_text(g.size.n)},
           {g.copy.saved_unix ? local_time(*g.copy.saved_unix * 1000) : "-"},
           {g.in_place ? "in place"
            : g.noted  ? ""
                       : "no note"}});
    if (!g.detail.empty()) t.below({printable(g.detail), g.state == DatasetState::valid ? Paint::plain : Paint::bad});
    if (const auto what = what_to_do(p.port, g); !what.empty()) t.below({what});
  }
  t.print(c, true, 2);
}

void print(const Console& c, const control::Exported& e) {
  c.out << fmt::format("{} of {} is in {}: {} keys, read back and whole\n", printable(e.generation), e.port.n,
                       printable(e.directory), e.keys);
  for (const auto& f : e.files)
    c.out << fmt::format("  {}  {}  {}\n", f.sha256, printable(f.file), size_text(f.size.n));
  if (!e.trouble.empty()) c.out << "  the topology lacks something: " << printable(e.trouble) << '\n';
  if (e.cleared > 0)
    c.out << fmt::format("  what {} export{} had left there when {} killed was removed\n", e.cleared,
                         e.cleared == 1 ? "" : "s", e.cleared == 1 ? "it was" : "they were");
  c.out << "  to check it there: sha256sum -c SHA256SUMS\n";
}

}  // namespace

ExitCode verify_backups(const Console& c, const Globals& g, const Order& order, bool json) {
  if (!g.local.verify_backups) return complain(c, "this program cannot look at backups");
  const auto found = [&] {
    Bar bar(c, c.out_is_terminal && !json);
    const auto show = [&](std::uint64_t read, std::uint64_t total) { bar.show(read, total); };
    return g.local.verify_backups(order.config_file, order.request.targets, show);
  }();
  if (!found) return complain(c, found.error().what);
  if (json)
    print_json(c, control::to_json(*found));
  else
    for (const auto& p : *found) print(c, p);
  c.out << std::flush;
  return control::exit_code(*found);
}

ExitCode export_backup(const Console& c, const Globals& g, const Order& order, bool json) {
  if (!g.local.export_backup) return complain(c, "this program cannot export backups");
  const auto& r = order.request;
  const auto done = [&] {
    Bar bar(c, c.out_is_terminal && !json);
    const auto show = [&](std::uint64_t read, std::uint64_t total) { bar.show(read, total); };
    return g.local.export_backup(order.config_file, *control::port_target(r.targets.front()), r.file, r.into, show);
  }();
  if (!done) return complain(c, done.error().what);
  if (json)
    print_json(c, control::to_json(*done));
  else
    print(c, *done);
  c.out << std::flush;
  return ExitCode::done;
}

}  // namespace slotwarden::cli
