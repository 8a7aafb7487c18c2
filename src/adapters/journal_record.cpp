#include "adapters/journal_record.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include <cstdio>
#include <cstdlib>

// The place in our source is of no use to who reads the journal.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace slotwarden::adapters {

// JOURNAL_STREAM is inherited by whatever a service starts: it counts only while stderr is that stream.
bool logs_to_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  unsigned long long device = 0;
  unsigned long long inode = 0;
  struct stat s {};
  return stream != nullptr && std::sscanf(stream, "%llu:%llu", &device, &inode) == 2 && ::fstat(2, &s) == 0 &&
         s.st_dev == device && s.st_ino == inode;
}

bool send_to_journal(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::string> lines;
  std::vector<iovec> parts;
  lines.reserve(fields.size());
  for (const auto& [name, value] : fields) {
    lines.push_back(name + "=" + value);
    parts.push_back({lines.back().data(), lines.back().size()});
  }
  return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace slotwarden::adapters
