#include "run/memory.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "run/workers.h"

namespace slotwarden::run {

namespace {
void report(const Result<void>& r) {
  if (!r) spdlog::error("{}; going on without remembering it", r.error().what);
}
}  // namespace

Memory::Memory(std::unique_ptr<adapters::Store> store) : store_(std::move(store)) {}

Memory::~Memory() {
  finish();
}

Result<std::unique_ptr<Memory>> Memory::open(const std::string& state_dir) {
  auto store = adapters::Store::open(state_dir);
  if (!store) return store.error();
  std::unique_ptr<Memory> memory{new Memory(std::move(*store))};
  auto records = memory->store_->records();
  if (!records) return records.error();
  for (auto& r : *records) memory->records_.emplace(r.port, std::move(r));
  auto intents = memory->store_->intents();
  if (!intents) return intents.error();
  memory->intents_ = std::move(*intents);
  auto clocks = memory->store_->vote_clocks();
  if (!clocks) return clocks.error();
  memory->clocks_ = std::move(*clocks);
  auto saves = memory->store_->save_records();
  if (!saves) return saves.error();
  memory->saves_ = std::move(*saves);
  return memory;
}

std::optional<Record> Memory::record(Port p) const {
  const auto at = records_.find(p);
  return at == records_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<Intent> Memory::intent(Port p) const {
  const auto at = intents_.find(p);
  return at == intents_.end() ? std::nullopt : std::optional(at->second);
}

void Memory::remember(const Record& r) {
  asio::post(writer_, [this, r] { report(store_->save(r)); });
}

void Memory::remember(const Event& e) {
  asio::post(writer_, [this, e] {
    if (auto id = store_->append(e); !id) report(id.error());
  });
}

void Memory::put(const std::string& key, const std::string& value) {
  asio::post(writer_, [this, key, value] { report(store_->put(key, value)); });
}

asio::awaitable<Result<void>> Memory::write(Port p, Intent i) {
  intents_[p] = i;
  auto work = [this, p, i] { return store_->save(p, i); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<void>> Memory::write(Record r) {
  auto work = [this, r = std::move(r)] { return store_->save(r); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<void>> Memory::write(VoteClock v) {
  std::erase_if(clocks_, [&](const VoteClock& c) { return c.master == v.master && c.candidate == v.candidate; });
  clocks_.push_back(v);
  auto work = [this, v] { return store_->save(v); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<void>> Memory::write(std::string key, std::string value) {
  auto work = [this, key = std::move(key), value = std::move(value)] { return store_->put(key, value); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<void>> Memory::write(SaveRecord r) {
  auto work = [this, r = std::move(r)] { return store_->save(r); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<std::vector<Event>>> Memory::events(std::optional<Port> port, int limit) {
  auto work = [this, port, limit] { return store_->events(port, limit); };
  co_return co_await on(writer_, std::move(work));
}

asio::awaitable<Result<std::string>> Memory::get(std::string key) {
  auto work = [this, key = std::move(key)] { return store_->get(key); };
  co_return co_await on(writer_, std::move(work));
}

void Memory::finish() {
  writer_.join();
}

}  // namespace slotwarden::run
