// TAIL: the end of what a server wrote, from the journal or from its file.
#include "adapters/journal_read.h"
#include "control/codec.h"
#include "observe/tail.h"
#include "run/commands.h"
#include "run/workers.h"

namespace slotwarden::run {

namespace {

constexpr std::int64_t default_tail = 8'192;
constexpr std::int64_t most_tail = 32'768;

// Of the file where there is nothing in the journal: a server that an earlier daemon started writes there.
Result<control::TailReply> tail_of(Port port, const std::string& path, const std::string& journal, std::size_t bytes,
                                   std::size_t lines) {
  control::TailReply reply;
  reply.port = port;
  if (!journal.empty()) {
    auto told = adapters::journal_tail(journal, bytes, lines);
    if (told && !told->text.empty()) {
      reply.journal = journal;
      reply.text = std::move(told->text);
      reply.truncated = told->truncated;
      return reply;
    }
  }
  auto end = observe::tail(path, bytes, lines);
  if (!end && !journal.empty())
    return Error{"nothing of " + journal + " in the journal, and " + end.error().what, end.error().os_error};
  if (!end) return end.error();
  reply.path = path;
  reply.text = std::move(end->text);
  reply.truncated = end->truncated;
  reply.ends_at = end->ends_at;
  return reply;
}

}  // namespace

asio::awaitable<std::string> Commands::tail(const control::Request& r, Instance& i) {
  const bool own = i.server && !i.server->logfile.empty();
  const auto path =
      own ? (i.server->logfile.starts_with('/') ? i.server->logfile : i.directory() + "/" + i.server->logfile)
          : services_.output_file(i.port());
  const auto journal = own ? std::string() : Services::journal_name(i.port());
  const auto bytes = r.bytes > 0 ? r.bytes : r.lines > 0 ? most_tail : default_tail;
  auto read = [port = i.port(), path, journal, bytes, lines = r.lines] {
    return tail_of(port, path, journal, static_cast<std::size_t>(bytes), static_cast<std::size_t>(lines));
  };
  auto end = co_await on(services_.readers, std::move(read));
  if (!end) co_return control::error("ERR " + end.error().what);
  co_return control::document(control::to_json(*end));
}

}  // namespace slotwarden::run
