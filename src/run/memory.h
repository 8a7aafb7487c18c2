// The daemon's memory: the state database behind a worker thread, with what the event loop needs at once kept here.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "facts/record.h"
#include "facts/result.h"
#include "facts/save_record.h"

namespace slotwarden::run {

namespace asio = boost::asio;

// Used on the event loop. Writes are queued in order and reported in the log when they fail: the daemon goes on with
// what it has in memory (a full disk must not stop supervision).
class Memory {
 public:
  // Opens the database and reads what the loop needs. Blocking; before the loop runs.
  [[nodiscard]] static Result<std::unique_ptr<Memory>> open(const std::string& state_dir);
  ~Memory();

  // What was known when the daemon started.
  [[nodiscard]] std::optional<Record> record(Port p) const;
  [[nodiscard]] std::optional<Intent> intent(Port p) const;
  [[nodiscard]] const std::vector<VoteClock>& vote_clocks() const { return clocks_; }
  [[nodiscard]] const std::vector<SaveRecord>& save_records() const { return saves_; }

  void remember(const Record& r);
  void remember(const Event& e);
  void put(const std::string& key, const std::string& value);

  // Returns once it is written: for what must be known before the act that follows.
  asio::awaitable<Result<void>> write(Port p, Intent i);
  asio::awaitable<Result<void>> write(Record r);
  asio::awaitable<Result<void>> write(VoteClock v);
  asio::awaitable<Result<void>> write(SaveRecord r);
  asio::awaitable<Result<void>> write(std::string key, std::string value);
  asio::awaitable<Result<std::vector<Event>>> events(std::optional<Port> port, int limit);
  asio::awaitable<Result<std::string>> get(std::string key);

  // Waits for every queued write. Blocking; after the loop has ended.
  void finish();

 private:
  explicit Memory(std::unique_ptr<adapters::Store> store);

  std::unique_ptr<adapters::Store> store_;
  asio::thread_pool writer_{1};
  std::map<Port, Record> records_;
  std::map<Port, Intent> intents_;
  std::vector<VoteClock> clocks_;
  std::vector<SaveRecord> saves_;
};

}  // namespace slotwarden::run
