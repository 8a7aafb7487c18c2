// The commands of an append-only file: whether the server would load them, and what it would make of a file that was
// cut; fed in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace slotwarden::formats {

enum class AofState {
  empty,    // no byte
  whole,    // ends with a command or an annotation that is complete, outside a transaction
  cut,      // ends within one: the server loads what is before, as the last file with `aof-load-truncated yes`
  corrupt,  // cannot have been written so
};

struct AofFindings {
  AofState state = AofState::empty;
  // One clause for people, with the offset; empty for a whole file.
  std::string detail;
  std::uint64_t size = 0;
  // Where a cut or a corrupt file ceases to make sense.
  std::optional<std::uint64_t> broken_at;
  // Up to here the server takes commands. With `aof-load-truncated yes` it cuts the last file off there.
  std::uint64_t kept = 0;
  // Only when cut: what would be kept cannot be continued. It ends within MULTI, so that a later start undoes whatever
  // was written from then on; or with an annotation without its newline, which swallows the command that comes next.
  bool unfit_to_go_on = false;
  std::uint64_t commands = 0;
  // No more keys than this can come of the commands: how many values they have behind their names. Unset when one of
  // them may write any number (a script, a function, a module's command).
  std::optional<std::uint64_t> keys_at_most;
  std::uint64_t highest_database = 0;          // of those that were selected
  std::optional<std::int64_t> annotated_unix;  // the last `#TS:` annotation
};

// As the server's loader reads it (aof.c: loadSingleAppendOnlyFile), and stricter: a line must end with CR LF and a
// number must be whole. A command whose value ends behind the file is *cut*, unless whole commands follow in what is
// left: then its length is damaged, the server would drop them all, and the file is *corrupt*.
//
// Takes a fixed amount of memory whatever the file.
class AofCheck {
 public:
  // `begins_at`: where in the file the commands begin (behind the RDB of a file of the old form). `file_size`: of the
  // whole file; it tells at once that a value would end behind it.
  explicit AofCheck(std::uint64_t file_size, std::uint64_t begins_at = 0)
      : end_(file_size), begins_(begins_at), at_(begins_at), whole_until_(begins_at) {}

  // The next bytes of the file, in order; pieces of any size.
  void feed(std::span<const std::byte> bytes);

  // True when nothing that could follow changes the answer.
  [[nodiscard]] bool settled() const { return expect_ == Expect::nothing; }

  // The answer for the bytes fed so far as the rest of the file.
  [[nodiscard]] AofFindings finish() const;

 private:
  enum class Expect {
    command,    // '*' or '#'
    length,     // '$'
    value,      // the bytes of a value
    value_end,  // CR LF behind it
    overrun,    // a value that would end behind the file: whether commands follow
    nothing,    // it is corrupt
  };
  // Looks for "\r\n*N\r\n$N\r\n", the beginning of a command, one byte at a time.
  class CommandSeeker {
   public:
    bool found(char c);

   private:
    int step_ = 0;
  };

  void take_line(std::string_view line);
  void begin_command(std::string_view line);
  void annotation(std::string_view line);
  void begin_value(std::string_view line);
  void take_value(std::string_view& text);
  void take_value_end(std::string_view& text);
  void end_command();
  void seek(std::string_view& text);
  void fail(std::uint64_t at, std::string what);
  void gather_line(std::string_view& text);
  void line_too_long(std::uint64_t begins);
  void judge_cut(AofFindings& f) const;

  const std::uint64_t end_;
  const std::uint64_t begins_;
  std::uint64_t at_;  // offset of the next byte
  Expect expect_ = Expect::command;
  std::string line_;  // the beginning of a line that has not wholly arrived
  std::string problem_;
  std::uint64_t problem_at_ = 0;

  // Of the command under way.
  std::uint64_t command_at_ = 0;
  std::uint64_t values_ = 0;  // how many it has
  std::uint64_t values_left_ = 0;
  std::uint64_t value_left_ = 0;      // bytes
  int end_seen_ = 0;                  // bytes of the CR LF behind a value
  std::array<std::string, 2> first_;  // its name and its first argument, as far as they are short
  CommandSeeker seeker_;

  bool in_transaction_ = false;
  bool unbounded_ = false;
  std::uint64_t whole_until_;             // behind the last complete command or annotation
  std::uint64_t before_transaction_ = 0;  // where the open transaction begins
  std::uint64_t commands_ = 0;
  std::uint64_t arguments_ = 0;
  std::uint64_t highest_database_ = 0;
  std::optional<std::int64_t> annotated_unix_;
};

}  // namespace slotwarden::formats
