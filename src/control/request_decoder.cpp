#include <hiredis/hiredis.h>

#include <algorithm>
#include <new>

#include "control/codec.h"
#include "control/words.h"

namespace slotwarden::control {
namespace {

using Arguments = RequestDecoder::Arguments;

// hiredis builds the arguments through these. Each refuses by returning null, which the reader reports as an error; an
// exception must not pass through C. The reader's privdata is the vector being filled.
template <class Count>  // int in hiredis 0.14, size_t since 1.0
void* begin_array(const redisReadTask* task, Count n) {
  const bool nested = task->parent != nullptr;
  if (nested || n < Count{1} || n > Count{RequestDecoder::most_arguments}) return nullptr;
  return task->privdata;
}

void* add_argument(const redisReadTask* task, char* text, std::size_t size) {
  if (task->parent == nullptr || task->type != REDIS_REPLY_STRING) return nullptr;
  try {
    static_cast<Arguments*>(task->privdata)->emplace_back(text, size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return task->privdata;
}

void* refuse_integer(const redisReadTask*, long long) {
  return nullptr;
}
void* refuse_nil(const redisReadTask*) {
  return nullptr;
}
void keep(void*) {}

redisReplyObjectFunctions make_functions() {
  redisReplyObjectFunctions f{};
  f.createString = add_argument;
  f.createArray = begin_array;
  f.createInteger = refuse_integer;
  f.createNil = refuse_nil;
  f.freeObject = keep;
  return f;
}

}  // namespace

// One array in the making.
struct RequestDecoder::Reader {
  static inline redisReplyObjectFunctions functions = make_functions();

  Reader() : raw(redisReaderCreateWithFunctions(&functions)) {
    if (!raw) throw std::bad_alloc();
    raw->privdata = &arguments;
  }
  ~Reader() { redisReaderFree(raw); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] std::size_t unread() const { return raw->len - raw->pos; }

  redisReader* raw;
  Arguments arguments;
  std::size_t fed = 0;
};

RequestDecoder::RequestDecoder(std::size_t longest) : longest_(longest) {}
RequestDecoder::~RequestDecoder() = default;
RequestDecoder::RequestDecoder(RequestDecoder&&) noexcept = default;
RequestDecoder& RequestDecoder::operator=(RequestDecoder&&) noexcept = default;

void RequestDecoder::feed(std::string_view bytes) {
  if (garbage_.empty()) waiting_.append(bytes);
}

RequestDecoder::Next RequestDecoder::next() {
  if (!garbage_.empty()) return Garbage{garbage_};
  if (!reader_) {
    const std::size_t begins = waiting_.find_first_not_of(" \t\r\n");
    waiting_.erase(0, begins);  // all of it when nothing else is there
    if (waiting_.empty()) return NeedMore{};
  }
  return reader_ || waiting_.front() == '*' ? next_array() : next_line();
}

RequestDecoder::Next RequestDecoder::next_array() {
  if (!reader_) reader_ = std::make_unique<Reader>();
  reader_->fed += waiting_.size();
  const int fed = redisReaderFeed(reader_->raw, waiting_.data(), waiting_.size());
  waiting_.clear();
  void* whole = nullptr;
  if (fed != REDIS_OK || redisReaderGetReply(reader_->raw, &whole) != REDIS_OK)
    return broken("a request is an array of 1 to " + std::to_string(most_arguments) + " bulk strings");
  if (reader_->fed - reader_->unread() > longest_ || (!whole && reader_->fed > longest_))
    return broken("a request is longer than " + std::to_string(longest_) + " bytes");
  if (!whole) return NeedMore{};
  waiting_.assign(reader_->raw->buf + reader_->raw->pos, reader_->unread());
  Arguments arguments = std::move(reader_->arguments);
  reader_.reset();
  return arguments;
}

RequestDecoder::Next RequestDecoder::next_line() {
  const std::size_t end = waiting_.find('\n');
  if (std::min(end, waiting_.size()) > longest_line)
    return broken("a line is longer than " + std::to_string(longest_line) + " bytes");
  const std::string_view line = std::string_view(waiting_).substr(0, end);
  const auto unprintable = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r'; };
  if (std::ranges::any_of(line, unprintable)) return broken("neither a RESP array nor a line of text");
  if (end == std::string::npos) return NeedMore{};
  Result<std::vector<std::string>> words = split_words(line);
  if (!words) return broken(words.error().what);
  if (words->size() > most_arguments)
    return broken("a line has more than " + std::to_string(most_arguments) + " words");
  waiting_.erase(0, end + 1);
  return std::move(*words);
}

bool RequestDecoder::partial() const {
  return garbage_.empty() && (reader_ || !waiting_.empty());
}

RequestDecoder::Next RequestDecoder::broken(std::string why) {
  garbage_ = std::move(why);
  reader_.reset();
  waiting_.clear();
  return Garbage{garbage_};
}

}  // namespace slotwarden::control
