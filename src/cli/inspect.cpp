#include "cli/inspect.h"

#include <fmt/format.h>

#include "cli/bar.h"
#include "cli/print.h"
#include "cli/table.h"

namespace slotwarden::cli {
namespace {

using control::ExitCode;
using control::Inspection;

std::string keys_text(const Dataset& d) {
  if (d.keys) return fmt::format("{}, {} of them with an expiry", *d.keys, d.keys_with_expiry.value_or(0));
  if (d.keys_at_most) return fmt::format("at most {}: only loading it can count them", *d.keys_at_most);
  return "unknown";
}

std::string checksum_text(const DumpContents& s) {
  if (s.checksum == Checksum::matches) return fmt::format("{:016x}, matches", s.sum_found);
  if (s.checksum == Checksum::differs)
    return fmt::format("{:016x}, but the file says {:016x}", s.sum_found, s.sum_expected);
  if (s.checksum == Checksum::off) return "none: it was written with rdbchecksum no";
  return std::string(name(s.checksum));
}

void print_parts(const Console& c, const Dataset& d) {
  if (d.parts.size() < 2) return;
  Table t({{"FILE"}, {"ROLE"}, {"STATE"}, {"SIZE", Table::Align::right}, {"COMMANDS", Table::Align::right}});
  for (const auto& p : d.parts) {
    t.row({{p.file},
           {p.role},
           {std::string(name(p.state)), paint_of(p.state)},
           {size_text(p.size.n)},
           {std::to_string(p.commands)}});
    if (!p.detail.empty()) t.below({p.detail});
  }
  t.print(c);
}

void print_keys(const Console& c, const DumpContents& s) {
  if (s.databases.empty()) return;
  Table t({{"DATABASE", Table::Align::right}, {"KEYS", Table::Align::right}, {"WITH EXPIRY", Table::Align::right}});
  for (const auto& d : s.databases)
    t.row({{std::to_string(d.number)}, {std::to_string(d.keys)}, {std::to_string(d.with_expiry)}});
  t.print(c);
  for (std::size_t k = 0; k < value_kinds; ++k)
    if (s.of_kind[k] > 0) c.out << fmt::format("  {:<7} {}\n", name(static_cast<ValueKind>(k)), s.of_kind[k]);
  if (s.functions > 0) c.out << fmt::format("  {} function libraries\n", s.functions);
}

void print_biggest(const Console& c, const DumpContents& s) {
  if (s.biggest.empty()) return;
  Table t({{"SIZE", Table::Align::right},
           {"TYPE"},
           {"DATABASE", Table::Align::right},
           {"AT", Table::Align::right},
           {"KEY"}});
  for (const auto& b : s.biggest)
    t.row({{size_text(b.size.n)},
           {std::string(name(b.kind))},
           {std::to_string(b.database)},
           {std::to_string(b.at)},
           {printable(b.name) + (b.name_length > b.name.size() ? "…" : "")}});
  t.print(c);
}

void print(const Console& c, const Order& order, const Inspection& i) {
  const auto& d = i.dataset;
  c.out << printable(i.what) << ": " << painted(c, paint_of(d.state), name(d.state));
  if (!d.detail.empty()) c.out << ": " << printable(d.detail);
  c.out << '\n';
  const auto fact = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) c.out << fmt::format("  {:<14} {}\n", what, printable(value));
  };
  if (d.file != i.what) fact(d.aof ? "append-only" : "file", d.file);
  if (d.state == DatasetState::absent || d.state == DatasetState::unreadable) return;
  fact("size", size_text(d.size.n));
  fact("keys", keys_text(d));
  if (d.aof) fact("commands", std::to_string(d.commands));
  if (d.would_drop > 0) fact("would drop", fmt::format("the last {} bytes, which are no whole command", d.would_drop));
  if (d.broken_at) fact("broken at", std::to_string(*d.broken_at));
  fact("written by", d.writer);
  if (d.saved_unix) fact("saved", local_time(*d.saved_unix * 1000));
  if (!d.replid.empty()) fact("replication", d.replid + (d.offset ? " at offset " + std::to_string(d.offset->n) : ""));
  if (i.contents) fact("checksum", checksum_text(*i.contents));
  print_parts(c, d);
  if (i.contents && order.keys) print_keys(c, *i.contents);
  if (i.contents) print_biggest(c, *i.contents);
}

}  // namespace

ExitCode inspect(const Console& c, const Globals& g, const Order& order, bool json) {
  const auto& r = order.request;
  const bool dump = r.topic == "dump";
  if (!g.local.inspect_dump || !g.local.inspect_dataset) {
    c.err << "slotwardenctl: this program cannot look at datasets\n";
    return ExitCode::failed;
  }
  const auto found = [&] {
    Bar bar(c, c.out_is_terminal && !json);
    const auto show = [&](std::uint64_t read, std::uint64_t total) { bar.show(read, total); };
    return dump ? g.local.inspect_dump(r.file, order.biggest, show)
                : g.local.inspect_dataset(order.config_file, *control::port_target(r.targets.front()), order.biggest,
                                          show);
  }();
  if (!found) {
    c.err << "slotwardenctl: " << printable(found.error().what) << '\n';
    return ExitCode::failed;
  }
  if (json)
    print_json(c, control::to_json(*found));
  else
    print(c, order, *found);
  c.out << std::flush;
  // A file that was named and is not there is a mistake; a dataset that is not there is an answer.
  if (dump && found->dataset.state == DatasetState::absent) return ExitCode::failed;
  return control::exit_code(*found);
}

}  // namespace slotwarden::cli
