// SQLite's handles, owned. The only header that includes <sqlite3.h>.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "facts/result.h"

namespace slotwarden::adapters {

// A prepared statement that is bound, stepped and reset. Lives no longer than its database.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* s) : statement_(s) {}

  // Starts anew, with nothing bound.
  Statement& fresh();
  // Parameters are numbered from 1. Text is copied.
  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, std::string_view value);
  // SQLITE_ROW, SQLITE_DONE or an error.
  [[nodiscard]] int step() { return sqlite3_step(statement_.get()); }
  // Columns are numbered from 0.
  [[nodiscard]] std::int64_t number(int column) { return sqlite3_column_int64(statement_.get(), column); }
  [[nodiscard]] std::string text(int column);

 private:
  struct Free {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  std::unique_ptr<sqlite3_stmt, Free> statement_;
};

// An open database file. Failures name the file and say what SQLite said.
class Database {
 public:
  // `flags` as for sqlite3_open_v2.
  [[nodiscard]] static Result<Database> open(const std::string& file, int flags);

  // Statements without parameters and results.
  [[nodiscard]] Result<void> run(const char* statements);
  // Prepared once, kept for the next time; `sql` must be a literal.
  [[nodiscard]] Result<Statement*> prepare(const char* sql);
  // Steps a statement that yields no rows.
  [[nodiscard]] Result<void> finish(Statement& s);
  // Calls `row` for each row, until it returns an error.
  template <class Row>
  [[nodiscard]] Result<void> each_row(Statement& s, Row row);

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(db_.get()); }
  // The last failure, with what to do where we know it.
  [[nodiscard]] Error failure() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
  };
  Database(std::string file, sqlite3* db) : file_(std::move(file)), db_(db) {}

  std::string file_;
  std::unique_ptr<sqlite3, Close> db_;
  std::map<const char*, Statement> prepared_;
};

template <class Row>
Result<void> Database::each_row(Statement& s, Row row) {
  int rc = SQLITE_ROW;
  while ((rc = s.step()) == SQLITE_ROW)
    if (Result<void> taken = row(s); !taken) {
      s.fresh();
      return taken;
    }
  const auto failed = rc == SQLITE_DONE ? Result<void>{} : Result<void>{failure()};
  s.fresh();
  return failed;
}

}  // namespace slotwarden::adapters
