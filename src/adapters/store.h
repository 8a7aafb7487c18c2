// What must outlive the daemon: records, intents, vote clocks, events, a rolling restart in progress. SQLite in
// WAL mode, synchronous=NORMAL: a commit survives the daemon's death without an fsync; a power cut may lose the last
// moments, and the start gate does not rely on those.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facts/record.h"
#include "facts/result.h"
#include "facts/save_record.h"

namespace slotwarden::adapters {

// Blocking: used from one worker thread at a time, never from the event loop. Every failure names the file.
class Store {
 public:
  // Opens or creates `directory`/state.db (0600). A file of a newer schema, or a damaged one, is an error that says
  // what to do; it is never deleted.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::string& directory);
  // For `slotwardenctl` while the daemon is down: read-only, fails when there is none.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open_read_only(const std::string& directory);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] Result<std::vector<Record>> records();
  [[nodiscard]] Result<void> save(const Record& r);
  [[nodiscard]] Result<std::map<Port, Intent>> intents();
  [[nodiscard]] Result<void> save(Port port, const Intent& i);
  [[nodiscard]] Result<std::vector<VoteClock>> vote_clocks();
  [[nodiscard]] Result<void> save(const VoteClock& v);
  [[nodiscard]] Result<std::vector<SaveRecord>> save_records();
  [[nodiscard]] Result<void> save(const SaveRecord& r);
  // Returns the event's id. Events beyond the newest 10,000 are removed.
  [[nodiscard]] Result<std::int64_t> append(const Event& e);
  // The newest `limit` events, oldest first; of one port where given.
  [[nodiscard]] Result<std::vector<Event>> events(std::optional<Port> port, int limit);
  // Small values by name: the rest of a rolling restart, and the like. Empty value: removed.
  [[nodiscard]] Result<void> put(const std::string& key, const std::string& value);
  [[nodiscard]] Result<std::string> get(const std::string& key);  // empty when there is none

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace slotwarden::adapters
