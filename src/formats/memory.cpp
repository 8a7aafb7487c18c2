#include "formats/memory.h"

#include <algorithm>
#include <optional>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// One value of memory.stat: of the group with those below it where the text has that, else its own.
struct Counted {
  std::optional<std::uint64_t> own;
  std::optional<std::uint64_t> total;
  [[nodiscard]] std::optional<std::uint64_t> value() const { return total ? total : own; }
};

bool take(std::string_view name, std::string_view wanted, std::uint64_t n, Counted& into) {
  const bool total = name.starts_with("total_");
  if (total) name.remove_prefix(6);
  if (name != wanted) return false;
  (total ? into.total : into.own) = n;
  return true;
}

}  // namespace

Result<Bytes> reclaimable(std::string_view memory_stat) {
  Counted active, inactive, dirty, writeback, dirty_2, writeback_2;
  Lines lines(memory_stat);
  while (auto line = lines.next()) {
    const auto name = take_word(*line);
    const auto n = whole_number<std::uint64_t>(take_word(*line));
    if (!n || !take_word(*line).empty()) return line_error(lines.number(), "not a name and a number");
    (void)(take(name, "active_file", *n, active) || take(name, "inactive_file", *n, inactive) ||
           take(name, "dirty", *n, dirty) || take(name, "writeback", *n, writeback) ||
           take(name, "file_dirty", *n, dirty_2) || take(name, "file_writeback", *n, writeback_2));
  }
  if (!active.value() || !inactive.value()) return Error{"there is no line active_file or inactive_file"};
  const Bytes cached{*active.value() + *inactive.value()};
  const auto busy = [](const Counted& one, const Counted& other) {
    return Bytes{one.value().value_or(0) + other.value().value_or(0)};
  };
  return cached - busy(dirty, dirty_2) - busy(writeback, writeback_2);
}

Result<double> pressure(std::string_view text) {
  Lines lines(text);
  auto line = lines.next();
  if (!line || take_word(*line) != "some") return Error{"there is no line of what some tasks waited for"};
  constexpr std::string_view key = "avg10=";
  auto word = take_word(*line);
  if (!word.starts_with(key)) return line_error(1, "does not begin with avg10=");
  word.remove_prefix(key.size());
  const auto whole = whole_number<std::uint32_t>(take_until(word, '.'));
  const auto hundredths = whole_number<std::uint32_t>(word);
  if (!whole || !hundredths || word.size() != 2) return line_error(1, "avg10 is not a number such as 0.12");
  return *whole + *hundredths / 100.0;
}

Result<Bytes> memory_used(std::string_view text) {
  if (!text.ends_with('\n')) return Error{"not a whole line"};
  text.remove_suffix(1);
  const auto n = whole_number<std::uint64_t>(text);
  if (!n) return Error{"not a number of bytes"};
  return Bytes{*n};
}

}  // namespace slotwarden::formats
