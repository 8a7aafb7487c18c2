#include "run/scratch_server.h"

#include <fmt/format.h>

#include "formats/info.h"
#include "formats/keyspace.h"
#include "formats/scratch_conf.h"
#include "observe/proc.h"
#include "observe/tail.h"
#include "run/lasting.h"
#include "run/workers.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto ask_every = 100ms;
constexpr auto look_every = 500ms;
constexpr auto patience = 5s;
constexpr auto without_progress = 10min;  // a disk that hangs, or a server that does
constexpr std::size_t longest_word = 4096;
constexpr int first_to_be_killed = 1000;

adapters::SpawnRequest request_of(const act::Scratch& scratch, const ScratchOrder& order) {
  adapters::SpawnRequest r;
  r.executable = order.server;
  r.arguments = {fmt::format("{}/{}", scratch.path(), act::scratch_conf_name)};
  r.directory = scratch.path();
  if (!order.user.empty()) r.user.emplace(order.user);
  r.core_bytes = 0;
  r.oom_score_adj = first_to_be_killed;
  r.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + scratch.path()};
  r.output = fmt::format("{}/{}", scratch.path(), act::scratch_output_name);
  r.identity_file = fmt::format("{}/{}", scratch.path(), act::scratch_identity_name);
  r.dies_with_us = true;
  return r;
}

std::vector<adapters::Command> how_far() {
  return {{"INFO"}};
}

// The last line that it wrote as a warning, else the last line.
std::string last_words(const std::string& file) {
  const auto end = observe::tail(file, longest_word);
  if (!end) return "it said nothing";
  std::string last, warning;
  std::string_view rest = end->text;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.empty()) last = line;
    if (line.find(" # ") != line.npos) warning = line;
  }
  if (last.empty()) return "it said nothing";
  return "it said: " + (warning.empty() ? last : warning);
}

// One conversation with it.
class Talk {
 public:
  Talk(const act::Scratch& scratch, std::shared_ptr<observe::Progress> shown)
      : shown_(std::move(shown)),
        address_(adapters::UnixPath{fmt::format("{}/{}", scratch.short_path(), formats::scratch_socket)}) {}

  // True once it has loaded; then `load` has what it holds.
  asio::awaitable<bool> through(ScratchLoad& load) {
    if (!connection_ || !connection_->open()) {
      adapters::Credentials nobody;
      auto opened = co_await adapters::RespConnection::open(address_, nobody, patience);
      if (!opened) co_return false;  // it has not come so far yet
      connection_ = std::move(*opened);
    }
    auto question = how_far();
    auto reply = co_await connection_->ask(std::move(question), patience);
    if (!reply || reply->front().kind != adapters::Reply::Kind::string) co_return false;
    const auto info = formats::server_info(reply->front().text);
    if (!info) co_return false;
    const auto read = info->loading_loaded.value_or(Bytes{});
    if (read != read_) moved_ = now();
    read_ = read;
    shown_->read = read.n;
    shown_->total = info->loading_total.value_or(Bytes{}).n;
    if (info->loading) co_return false;
    load.loaded = true;
    if (auto keys = formats::keyspace(reply->front().text)) load.keys = std::move(*keys);
    co_return true;
  }
  [[nodiscard]] bool hangs() const { return since(moved_) > without_progress; }
  // Looking at the memory of a host is many small files.
  [[nodiscard]] bool time_to_look() {
    if (looked_ && since(*looked_) < look_every) return false;
    looked_ = now();
    return true;
  }

 private:
  std::shared_ptr<observe::Progress> shown_;
  adapters::Address address_;
  std::unique_ptr<adapters::RespConnection> connection_;
  Bytes read_;
  Instant moved_ = now();
  std::optional<Instant> looked_;
};

// Why it cannot go on; empty while it can.
std::string stopped(Services& s, Pid pid, const Lasting& process, Talk& talk, const std::string& output,
                    const ScratchOrder& order, ScratchLoad& load) {
  if (process.has_ended()) {
    if (process.was_killed()) load.error = "its server was killed while it was loading; dmesg tells whether for memory";
    return "it ended while loading; " + last_words(output);
  }
  if (s.stopping) return "the daemon stops";
  if (!talk.time_to_look()) return {};
  if (const auto used = observe::resident(pid)) load.memory = std::max(load.memory, *used);
  const auto verdict = order.may_go_on(load.memory);
  if (verdict.ruling == Ruling::refuse) {
    load.ended = verdict;
    return std::string(verdict.because);
  }
  if (talk.hangs()) return "it makes no progress; " + last_words(output);
  return {};
}

}  // namespace

asio::awaitable<ScratchLoad> load_in_scratch(Services& s, const act::Scratch& scratch, ScratchOrder order) {
  ScratchLoad load;
  const auto request = request_of(scratch, order);
  const auto began = now();
  const auto spawned = adapters::spawn(request);
  if (!spawned) {
    load.error = spawned.error().what;
    co_return load;
  }
  auto watch = adapters::ProcessWatch::open(s.loop, spawned->pid);
  if (!watch) {
    load.error = watch.error().what;
    co_return load;
  }
  Lasting process(s, std::move(*watch));
  Talk talk(scratch, order.progress);
  for (;;) {
    load.why = stopped(s, spawned->pid, process, talk, request.output, order, load);
    if (!load.why.empty()) break;
    const bool through = co_await talk.through(load);
    load.took = since(began);
    if (through) break;
    (void)co_await process.ended_within(ask_every);
  }
  if (const auto used = observe::resident(spawned->pid)) load.memory = std::max(load.memory, *used);
  co_await process.end();
  co_return load;
}

asio::awaitable<void> end_left_scratch(Services& s, std::string scratch_path) {
  const auto left = observe::remembered_identity(fmt::format("{}/{}", scratch_path, act::scratch_identity_name));
  if (!left) co_return;
  auto watch = adapters::ProcessWatch::open(s.loop, left->pid);
  if (!watch) co_return;
  const auto is = observe::identity_of(left->pid);
  if (!is || *is != *left) co_return;
  Lasting process(s, std::move(*watch));
  co_await process.end();
}

}  // namespace slotwarden::run
