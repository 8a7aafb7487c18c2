#include "adapters/resp_codec.h"

#include <hiredis/hiredis.h>

#include <limits>

namespace slotwarden::adapters {

namespace {

// hiredis builds replies through these callbacks; ours build Reply values directly. Items are appended one by one, so
// that a reply which announces a billion items costs nothing until they arrive. A parent's address stays valid while
// its items are read, because nothing is appended next to it before it is whole.
Reply* place(const redisReadTask* task) {
  if (!task->parent) return new Reply;
  auto* parent = static_cast<Reply*>(task->parent->obj);
  return &parent->items.emplace_back();
}

// No exception may pass through hiredis: null means out of memory there.
template <class Fill>
void* build(const redisReadTask* task, Fill fill) noexcept {
  try {
    Reply* r = place(task);
    fill(*r);
    return r;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* create_string(const redisReadTask* task, char* text, std::size_t length) {
  return build(task, [&](Reply& r) {
    r.kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::string;
    r.text.assign(text, length);
  });
}

// hiredis 0.14 announces the length as int, 1.x as size_t; the callback's type chooses.
template <class Length>
void* create_array(const redisReadTask* task, Length) {
  return build(task, [](Reply& r) { r.kind = Reply::Kind::array; });
}

void* create_integer(const redisReadTask* task, long long value) {
  return build(task, [&](Reply& r) {
    r.kind = Reply::Kind::integer;
    r.number = value;
  });
}

void* create_nil(const redisReadTask* task) {
  return build(task, [](Reply& r) { r.kind = Reply::Kind::nil; });
}

// Called for whole replies only, never for an item of one.
void free_reply(void* reply) {
  delete static_cast<Reply*>(reply);
}

[[maybe_unused]] void* create_double(const redisReadTask* task, double, char* text, std::size_t length) {
  return create_string(task, text, length);
}

[[maybe_unused]] void* create_bool(const redisReadTask* task, int value) {
  return create_integer(task, value);
}

// Unasked, no server sends RESP3; but hiredis 1.x reads its types, and without these callbacks hands out small integers
// in place of objects.
template <class Functions>
void add_resp3(Functions& f) {
  if constexpr (requires { f.createDouble; }) f.createDouble = create_double;
  if constexpr (requires { f.createBool; }) f.createBool = create_bool;
}

redisReplyObjectFunctions& callbacks() {
  static redisReplyObjectFunctions functions = [] {
    redisReplyObjectFunctions f{};
    f.createString = create_string;
    f.createArray = create_array;
    f.createInteger = create_integer;
    f.createNil = create_nil;
    f.freeObject = free_reply;
    add_resp3(f);
    return f;
  }();
  return functions;
}

}  // namespace

Result<void> append_request(std::string& out, const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  for (const auto& word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  char* text = nullptr;
  const auto length = redisFormatCommandArgv(&text, static_cast<int>(command.size()), words.data(), lengths.data());
  if (length < 0) return Error{"cannot format a command: out of memory"};
  out.append(text, static_cast<std::size_t>(length));
  redisFreeCommand(text);
  return {};
}

void ReplyReader::Free::operator()(redisReader* r) const noexcept {
  redisReaderFree(r);
}

ReplyReader::ReplyReader(std::size_t largest)
    : reader_(redisReaderCreateWithFunctions(&callbacks())), largest_(largest) {
  if (!reader_) throw std::bad_alloc();
}

ReplyReader::~ReplyReader() = default;

Result<void> ReplyReader::feed(std::string_view bytes) {
  unfinished_ += bytes.size();
  if (unfinished_ > largest_) return Error{"a reply is larger than " + std::to_string(largest_ >> 20) + " MiB"};
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK)
    return Error{std::string("the reply is not RESP: ") + reader_->errstr};
  return {};
}

Result<std::optional<Reply>> ReplyReader::next() {
  void* raw = nullptr;
  if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK)
    return Error{std::string("the reply is not RESP: ") + reader_->errstr};
  if (!raw) return std::optional<Reply>{};
  const std::unique_ptr<Reply> whole(static_cast<Reply*>(raw));
  unfinished_ = reader_->len - reader_->pos;
  return std::optional<Reply>{std::move(*whole)};
}

bool ReplyReader::holds_more() const {
  return unfinished_ > 0;
}

}  // namespace slotwarden::adapters
