#include "formats/transfer_history.h"

#include <algorithm>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

// The rest of a line; nullopt unless it is numbers, at least one.
template <class Int>
std::optional<std::vector<Int>> numbers(std::string_view& line) {
  std::vector<Int> all;
  for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
    const auto n = whole_number<Int>(word);
    if (!n || *n == 0) return std::nullopt;
    all.push_back(*n);
  }
  if (all.empty()) return std::nullopt;
  return all;
}

bool read_speeds(std::string_view word, std::string_view line, TransferHistory& h) {
  const auto work = std::ranges::find_if(transfer_works, [&](TransferWork w) { return word == name(w); });
  if (work == transfer_works.end()) return false;
  const auto speeds = numbers<std::uint64_t>(line);
  if (!speeds) return false;
  for (const auto n : *speeds) h.speeds[*work].push_back(Bytes{n});
  return true;
}

bool read_left(std::string_view line, TransferHistory& h) {
  const auto port = whole_number<std::uint16_t>(take_word(line));
  auto left = numbers<std::uint32_t>(line);
  if (!port || !left) return false;
  h.left[Port{*port}] = std::move(*left);
  return true;
}

}  // namespace

std::string transfer_history_text(const TransferHistory& h) {
  std::string text;
  for (const auto& [work, speeds] : h.speeds) {
    if (speeds.empty()) continue;
    text += name(work);
    for (const auto s : speeds) text += " " + std::to_string(s.n);
    text += "\n";
  }
  for (const auto& [port, left] : h.left) {
    if (left.empty()) continue;
    text += "left " + std::to_string(port.n);
    for (const auto n : left) text += " " + std::to_string(n);
    text += "\n";
  }
  return text;
}

Result<TransferHistory> transfer_history(std::string_view text) {
  TransferHistory h;
  Lines lines(text);
  while (auto line = lines.next()) {
    const auto word = take_word(*line);
    const bool read = word == "left" ? read_left(*line, h) : read_speeds(word, *line, h);
    if (!read) return line_error(lines.number(), "not what transfers were measured at");
  }
  return h;
}

}  // namespace slotwarden::formats
