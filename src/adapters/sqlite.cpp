#include "adapters/sqlite.h"

namespace slotwarden::adapters {

Statement& Statement::fresh() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  return *this;
}

Statement& Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
  return *this;
}

Statement& Statement::bind(int at, std::string_view value) {
  const char* data = value.empty() ? "" : value.data();  // a null pointer would bind NULL
  sqlite3_bind_text(statement_.get(), at, data, static_cast<int>(value.size()), SQLITE_TRANSIENT);
  return *this;
}

std::string Statement::text(int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))) : "";
}

Result<Database> Database::open(const std::string& file, int flags) {
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database db(file, raw);  // SQLite gives a handle to close even where it failed
  if (rc != SQLITE_OK) return db.failure();
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, 2'000);
  return db;
}

Result<void> Database::run(const char* statements) {
  if (sqlite3_exec(db_.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return {};
}

Result<Statement*> Database::prepare(const char* sql) {
  if (const auto kept = prepared_.find(sql); kept != prepared_.end()) return &kept->second.fresh();
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) return failure();
  return &prepared_.emplace(sql, Statement(raw)).first->second;
}

Result<void> Database::finish(Statement& s) {
  return each_row(s, [](Statement&) { return Result<void>{}; });
}

Error Database::failure() const {
  if (!db_) return {"cannot use " + file_ + ": out of memory", ENOMEM};
  const int code = sqlite3_errcode(db_.get());
  Error e{"cannot use " + file_ + ": " + sqlite3_errmsg(db_.get()), sqlite3_system_errno(db_.get())};
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      e.what +=
          "; move it aside (with its -wal and -shm files) and start again: the records of what each server held, the "
          "operator's intents and the event history are then lost, and the start gate will be more careful";
      break;
    case SQLITE_FULL: e.what += "; free some space on its file system"; break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN: e.what += "; the user of the daemon must be able to write it and its directory"; break;
    default: break;
  }
  return e;
}

}  // namespace slotwarden::adapters
