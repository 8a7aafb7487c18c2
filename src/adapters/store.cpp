#include "adapters/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/fd.h"
#include "adapters/record_json.h"
#include "adapters/sqlite.h"
#include "adapters/store_impl.h"

namespace slotwarden::adapters {

namespace {

constexpr std::int64_t schema_version = 1;

constexpr auto schema = R"(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS records     (port INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS intents     (port INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vote_clocks (master TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS saves       (port INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events      (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, port INTEGER NOT NULL,
                                        event TEXT NOT NULL, rule TEXT NOT NULL, detail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_port ON events (port, id);
CREATE TABLE IF NOT EXISTS notes       (key TEXT PRIMARY KEY, value TEXT NOT NULL);
PRAGMA user_version = 1;
COMMIT;
)";

std::string file_in(const std::string& directory) {
  return directory + "/state.db";
}

// Made before SQLite sees it, so that it is never readable for others, whatever the umask.
Result<void> create_private(const std::string& file) {
  const Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (!fd) return os_error("cannot open " + file);
  struct stat s {};
  if (::fstat(fd.get(), &s) != 0) return os_error("cannot look at " + file);
  if (!S_ISREG(s.st_mode)) return Error{"cannot use " + file + ": it is not a regular file", EINVAL};
  if (::fchmod(fd.get(), 0600) != 0) return os_error("cannot set the mode of " + file);
  return {};
}

Result<std::int64_t> version_of(Database& db) {
  const auto s = db.prepare("PRAGMA user_version");
  if (!s) return s.error();
  std::int64_t version = 0;
  const auto read = db.each_row(**s, [&](Statement& row) {
    version = row.number(0);
    return Result<void>{};
  });
  if (!read) return read.error();
  return version;
}

Result<void> check_version(Database& db) {
  const auto version = version_of(db);
  if (!version) return version.error();
  if (*version <= schema_version) return {};
  return Error{db.file() + " was written by a newer slotwarden (schema " + std::to_string(*version) +
               ", this one knows " + std::to_string(schema_version) +
               "); install that version again, or move the file aside"};
}

Error unreadable(const Database& db, const std::string& what, Error e) {
  return while_doing("in " + db.file() + ", " + what + " cannot be read", std::move(e));
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& directory) {
  const auto file = file_in(directory);
  if (auto r = create_private(file); !r) return r.error();
  auto db = Database::open(file, SQLITE_OPEN_READWRITE);
  if (!db) return db.error();
  if (auto r = check_version(*db); !r) return r.error();
  if (auto r = db->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"); !r) return r.error();
  if (auto r = db->run(schema); !r) return r.error();
  return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(*db))));
}

Result<std::unique_ptr<Store>> Store::open_read_only(const std::string& directory) {
  const auto file = file_in(directory);
  if (::access(file.c_str(), R_OK) != 0) return os_error("cannot read " + file);
  auto db = Database::open(file, SQLITE_OPEN_READONLY);
  if (!db) return db.error();
  if (auto r = check_version(*db); !r) return r.error();
  return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(*db))));
}

Result<std::vector<Record>> Store::records() {
  auto& db = impl_->db;
  const auto s = db.prepare("SELECT port, json FROM records ORDER BY port");
  if (!s) return s.error();
  std::vector<Record> all;
  const auto read = db.each_row(**s, [&](Statement& row) -> Result<void> {
    auto r = record_from_json(row.text(1));
    if (!r) return unreadable(db, "the record of port " + std::to_string(row.number(0)), r.error());
    all.push_back(std::move(*r));
    return {};
  });
  if (!read) return read.error();
  return all;
}

Result<void> Store::save(const Record& r) {
  const auto s = impl_->db.prepare("INSERT OR REPLACE INTO records VALUES (?1, ?2)");
  if (!s) return s.error();
  return impl_->db.finish((*s)->bind(1, r.port.n).bind(2, to_json(r)));
}

Result<std::map<Port, Intent>> Store::intents() {
  auto& db = impl_->db;
  const auto s = db.prepare("SELECT port, json FROM intents");
  if (!s) return s.error();
  std::map<Port, Intent> all;
  const auto read = db.each_row(**s, [&](Statement& row) -> Result<void> {
    auto i = intent_from_json(row.text(1));
    if (!i) return unreadable(db, "the intent for port " + std::to_string(row.number(0)), i.error());
    all[Port{static_cast<std::uint16_t>(row.number(0))}] = std::move(*i);
    return {};
  });
  if (!read) return read.error();
  return all;
}

Result<void> Store::save(Port port, const Intent& i) {
  const auto s = impl_->db.prepare("INSERT OR REPLACE INTO intents VALUES (?1, ?2)");
  if (!s) return s.error();
  return impl_->db.finish((*s)->bind(1, port.n).bind(2, to_json(i)));
}

Result<std::vector<VoteClock>> Store::vote_clocks() {
  auto& db = impl_->db;
  const auto s = db.prepare("SELECT master, json FROM vote_clocks ORDER BY master");
  if (!s) return s.error();
  std::vector<VoteClock> all;
  const auto read = db.each_row(**s, [&](Statement& row) -> Result<void> {
    auto v = vote_clock_from_json(row.text(1));
    if (!v) return unreadable(db, "the vote clock of " + row.text(0), v.error());
    all.push_back(std::move(*v));
    return {};
  });
  if (!read) return read.error();
  return all;
}

Result<void> Store::save(const VoteClock& v) {
  const auto s = impl_->db.prepare("INSERT OR REPLACE INTO vote_clocks VALUES (?1, ?2)");
  if (!s) return s.error();
  return impl_->db.finish((*s)->bind(1, v.master.hex).bind(2, to_json(v)));
}

Result<std::vector<SaveRecord>> Store::save_records() {
  auto& db = impl_->db;
  const auto s = db.prepare("SELECT port, json FROM saves ORDER BY port");
  if (!s) return s.error();
  std::vector<SaveRecord> all;
  const auto read = db.each_row(**s, [&](Statement& row) -> Result<void> {
    auto r = save_record_from_json(row.text(1));
    if (!r) return unreadable(db, "what is known of the saves of port " + std::to_string(row.number(0)), r.error());
    all.push_back(std::move(*r));
    return {};
  });
  if (!read) return read.error();
  return all;
}

Result<void> Store::save(const SaveRecord& r) {
  const auto s = impl_->db.prepare("INSERT OR REPLACE INTO saves VALUES (?1, ?2)");
  if (!s) return s.error();
  return impl_->db.finish((*s)->bind(1, r.port.n).bind(2, to_json(r)));
}

Result<void> Store::put(const std::string& key, const std::string& value) {
  const auto s = impl_->db.prepare(value.empty() ? "DELETE FROM notes WHERE key = ?1"
                                                 : "INSERT OR REPLACE INTO notes VALUES (?1, ?2)");
  if (!s) return s.error();
  (*s)->bind(1, key);
  if (!value.empty()) (*s)->bind(2, value);
  return impl_->db.finish(**s);
}

Result<std::string> Store::get(const std::string& key) {
  const auto s = impl_->db.prepare("SELECT value FROM notes WHERE key = ?1");
  if (!s) return s.error();
  std::string value;
  const auto read = impl_->db.each_row((*s)->bind(1, key), [&](Statement& row) {
    value = row.text(0);
    return Result<void>{};
  });
  if (!read) return read.error();
  return Result<std::string>(boost::system::in_place_value, std::move(value));
}

}  // namespace slotwarden::adapters
