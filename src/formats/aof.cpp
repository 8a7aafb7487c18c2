#include "formats/aof.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

constexpr std::size_t longest_line = 1023;  // AOF_ANNOTATION_LINE_MAX_LEN, less the end of the text
constexpr std::size_t longest_kept = 32;    // of a command's name and its first argument
constexpr std::uint64_t most_values = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t longest_value = std::numeric_limits<std::int64_t>::max();

std::string at_offset(std::uint64_t offset) {
  return "at offset " + std::to_string(offset) + ": ";
}

// Without what could steer a terminal.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, 24));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e; }, '?');
  return "'" + out + "'";
}

std::string misplaced(bool command, std::string_view line) {
  const auto found = shown(line.substr(0, line.find_first_of("\r\n")));
  return (command ? "not the beginning of a command (*N) but " : "not the length of a value ($N) but ") + found;
}

// N of "*N\r\n" and "$N\r\n".
std::optional<std::uint64_t> framed_number(char mark, std::string_view line) {
  if (!line.starts_with(mark) || !line.ends_with("\r\n") || line.size() < 3) return std::nullopt;
  return whole_number<std::uint64_t>(line.substr(1, line.size() - 3));
}

// Whether such a line may begin so.
bool begins_number(char mark, std::string_view part) {
  if (!part.starts_with(mark)) return false;
  part.remove_prefix(1);
  if (part.ends_with('\r')) part.remove_suffix(1);
  return std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
}

bool is(std::string_view upper, std::string_view name) {
  return std::ranges::equal(upper, name, {}, {},
                            [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

// Commands that may write any number of keys whatever their arguments: scripts and functions where they were written as
// such (before 7.0), and what modules bring.
bool may_write_many(std::string_view name) {
  return is("EVAL", name.substr(0, 4)) || is("FCALL", name.substr(0, 5)) || name.find('.') != name.npos;
}

}  // namespace

bool AofCheck::CommandSeeker::found(char c) {
  constexpr std::string_view form = "\r\n*0\r\n$0\r\n";  // 0: one digit or more
  const auto wanted = form[static_cast<std::size_t>(step_)];
  const bool digit = c >= '0' && c <= '9';
  if (wanted == '0' ? digit : c == wanted) {
    ++step_;
  } else if (!(digit && step_ > 0 && form[static_cast<std::size_t>(step_) - 1] == '0')) {
    step_ = c == '\r' ? 1 : 0;
  }
  if (step_ < static_cast<int>(form.size())) return false;
  step_ = 0;
  return true;
}

void AofCheck::feed(std::span<const std::byte> bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!text.empty()) {
    switch (expect_) {
      case Expect::nothing: at_ += text.size(); return;
      case Expect::overrun: seek(text); break;
      case Expect::value: take_value(text); break;
      case Expect::value_end: take_value_end(text); break;
      case Expect::command:
      case Expect::length: gather_line(text); break;
    }
  }
}

// Takes up to the next newline; the line is read once it is whole.
void AofCheck::gather_line(std::string_view& text) {
  const auto newline = text.find('\n');
  const auto part = text.substr(0, newline == text.npos ? newline : newline + 1);
  const auto begins = at_ - line_.size();
  const bool ends = part.back() == '\n';
  text.remove_prefix(part.size());
  at_ += part.size();
  if (line_.empty() && ends && part.size() <= longest_line) return take_line(part);
  line_ += part.substr(0, longest_line + 1 - std::min(longest_line, line_.size()));
  if (line_.size() > longest_line) return line_too_long(begins);
  if (ends) take_line(std::exchange(line_, {}));
}

void AofCheck::line_too_long(std::uint64_t begins) {
  const bool annotation = expect_ == Expect::command && line_.front() == '#';
  fail(begins,
       annotation ? "an annotation longer than the server reads" : misplaced(expect_ == Expect::command, line_));
}

// `line` has just been passed, with its newline.
void AofCheck::take_line(std::string_view line) {
  if (expect_ == Expect::length) return begin_value(line);
  return line.front() == '#' ? annotation(line) : begin_command(line);
}

// "#TS:1795231052\r\n"; the server passes over whatever else begins so.
void AofCheck::annotation(std::string_view line) {
  if (line.starts_with("#TS:")) {
    line.remove_prefix(4);
    line = line.substr(0, line.find_first_of("\r\n"));
    if (const auto unix_time = whole_number<std::int64_t>(line)) annotated_unix_ = unix_time;
  }
  whole_until_ = at_;
}

void AofCheck::begin_command(std::string_view line) {
  const auto begins = at_ - line.size();
  const auto n = framed_number('*', line);
  if (!n || *n == 0 || *n > most_values) return fail(begins, misplaced(true, line));
  command_at_ = begins;
  values_ = values_left_ = *n;
  first_ = {};
  expect_ = Expect::length;
}

void AofCheck::begin_value(std::string_view line) {
  const auto n = framed_number('$', line);
  if (!n || *n > longest_value) return fail(at_ - line.size(), misplaced(false, line));
  value_left_ = *n;
  const auto room = end_ > at_ ? end_ - at_ : 0;
  expect_ = *n > room ? Expect::overrun : *n > 0 ? Expect::value : Expect::value_end;
  seeker_ = {};
}

void AofCheck::take_value(std::string_view& text) {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(value_left_, text.size()));
  const auto which = values_ - values_left_;
  if (which < first_.size()) {
    auto& kept = first_[which];
    kept += text.substr(0, std::min(n, longest_kept - std::min(longest_kept, kept.size())));
  }
  text.remove_prefix(n);
  at_ += n;
  value_left_ -= n;
  if (value_left_ == 0) expect_ = Expect::value_end;
}

void AofCheck::take_value_end(std::string_view& text) {
  if (text.front() != "\r\n"[end_seen_]) return fail(at_, "a value does not end where its length says");
  text.remove_prefix(1);
  ++at_;
  if (++end_seen_ < 2) return;
  end_seen_ = 0;
  expect_ = Expect::length;
  if (--values_left_ == 0) end_command();
}

void AofCheck::end_command() {
  const auto& name = first_[0];
  expect_ = Expect::command;
  ++commands_;
  if (!is("SELECT", name)) arguments_ += values_ - 1;
  unbounded_ = unbounded_ || may_write_many(name);
  if (is("MULTI", name) && !in_transaction_) {
    in_transaction_ = true;
    before_transaction_ = whole_until_;
  } else if (is("EXEC", name)) {
    in_transaction_ = false;
  } else if (is("SELECT", name)) {
    if (const auto n = whole_number<std::uint64_t>(first_[1])) highest_database_ = std::max(highest_database_, *n);
  }
  whole_until_ = at_;
}

void AofCheck::seek(std::string_view& text) {
  for (const char c : text)
    if (seeker_.found(c))
      return fail(command_at_,
                  "a command that would end behind the file, while others follow it: a length in it is "
                  "damaged, and the server would drop all that follow");
  at_ += text.size();
  text = {};
}

void AofCheck::fail(std::uint64_t at, std::string what) {
  problem_ = at_offset(at) + std::move(what);
  problem_at_ = at;
  expect_ = Expect::nothing;
}

AofFindings AofCheck::finish() const {
  AofFindings f;
  f.size = at_;
  f.kept = whole_until_;
  f.commands = commands_;
  f.highest_database = highest_database_;
  f.annotated_unix = annotated_unix_;
  if (!unbounded_) f.keys_at_most = arguments_;
  const bool between = expect_ == Expect::command && line_.empty();
  if (expect_ == Expect::nothing) {
    f.state = AofState::corrupt;
    f.detail = problem_;
    f.broken_at = problem_at_;
  } else if (between && !in_transaction_) {
    f.state = at_ == begins_ ? AofState::empty : AofState::whole;
  } else if (between) {
    f.state = AofState::cut;
    f.kept = before_transaction_;
    f.broken_at = f.kept;
    f.detail = at_offset(f.kept) + "a transaction without its EXEC";
  } else {
    judge_cut(f);
  }
  return f;
}

// It ends within a line or a value.
void AofCheck::judge_cut(AofFindings& f) const {
  const bool annotation = expect_ == Expect::command && line_.starts_with('#');
  const bool plausible = line_.empty() || annotation || begins_number(expect_ == Expect::command ? '*' : '$', line_);
  f.state = plausible ? AofState::cut : AofState::corrupt;
  f.broken_at = plausible ? f.kept : at_ - line_.size();
  if (!plausible) {
    f.detail = at_offset(*f.broken_at) + misplaced(expect_ == Expect::command, line_);
  } else if (in_transaction_) {
    f.unfit_to_go_on = true;
    f.detail = at_offset(f.kept) + "a command is cut, within a transaction that begins at offset " +
               std::to_string(before_transaction_);
  } else if (annotation) {
    f.unfit_to_go_on = true;
    f.detail = at_offset(f.kept) + "an annotation is cut";
    f.kept = at_;
  } else {
    f.detail = at_offset(f.kept) + "a command is cut";
  }
}

}  // namespace slotwarden::formats
