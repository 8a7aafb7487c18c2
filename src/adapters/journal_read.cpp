#include "adapters/journal_read.h"

#include <systemd/sd-journal.h>

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace slotwarden::adapters {

namespace {

struct Close {
  void operator()(sd_journal* j) const { ::sd_journal_close(j); }
};

Error failure(int code) {
  return Error{std::string("cannot read the journal: ") + std::strerror(-code), -code};
}

// Of the entry that was moved to; empty for one that has none.
std::string_view message(sd_journal* j) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (::sd_journal_get_data(j, "MESSAGE", &data, &size) < 0) return {};
  std::string_view field(static_cast<const char*>(data), size);
  field.remove_prefix(std::string_view("MESSAGE=").size());
  return field;
}

}  // namespace

Result<JournalTail> journal_tail(const std::string& identifier, std::size_t bytes, std::size_t lines) {
  sd_journal* raw = nullptr;
  if (const int opened = ::sd_journal_open(&raw, SD_JOURNAL_LOCAL_ONLY); opened < 0) return failure(opened);
  const std::unique_ptr<sd_journal, Close> journal(raw);
  const auto match = "SYSLOG_IDENTIFIER=" + identifier;
  if (const int matched = ::sd_journal_add_match(raw, match.data(), match.size()); matched < 0) return failure(matched);
  if (const int sought = ::sd_journal_seek_tail(raw); sought < 0) return failure(sought);
  JournalTail tail;
  std::vector<std::string> newest_first;
  std::size_t size = 0;
  int moved = 0;
  while ((moved = ::sd_journal_previous(raw)) > 0) {
    const auto line = message(raw);
    if ((lines > 0 && newest_first.size() == lines) || size + line.size() + 1 > bytes) {
      tail.truncated = true;
      break;
    }
    size += line.size() + 1;
    newest_first.emplace_back(line);
  }
  if (moved < 0) return failure(moved);
  for (auto line = newest_first.rbegin(); line != newest_first.rend(); ++line) tail.text.append(*line).push_back('\n');
  return tail;
}

}  // namespace slotwarden::adapters
