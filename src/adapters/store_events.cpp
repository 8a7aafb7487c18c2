#include "adapters/store.h"
#include "adapters/store_impl.h"

namespace slotwarden::adapters {

namespace {

constexpr std::int64_t most_events = 10'000;

Event event_in(Statement& row) {
  Event e;
  e.id = row.number(0);
  e.at_unix_ms = row.number(1);
  e.port = Port{static_cast<std::uint16_t>(row.number(2))};
  e.event = row.text(3);
  e.rule = row.text(4);
  e.detail = row.text(5);
  return e;
}

Result<void> forget_oldest(Database& db, std::int64_t newest) {
  const auto s = db.prepare("DELETE FROM events WHERE id <= ?1");
  if (!s) return s.error();
  return db.finish((*s)->bind(1, newest - most_events));
}

}  // namespace

Result<std::int64_t> Store::append(const Event& e) {
  auto& db = impl_->db;
  const auto s = db.prepare("INSERT INTO events (at, port, event, rule, detail) VALUES (?1, ?2, ?3, ?4, ?5)");
  if (!s) return s.error();
  auto& insert = (*s)->bind(1, e.at_unix_ms).bind(2, e.port.n).bind(3, e.event).bind(4, e.rule).bind(5, e.detail);
  if (auto r = db.finish(insert); !r) return r.error();
  const auto id = db.last_id();
  if (auto r = forget_oldest(db, id); !r) return r.error();
  return id;
}

Result<std::vector<Event>> Store::events(std::optional<Port> port, int limit) {
  auto& db = impl_->db;
  const auto s = db.prepare(port ? "SELECT * FROM (SELECT id, at, port, event, rule, detail FROM events "
                                   "WHERE port = ?2 ORDER BY id DESC LIMIT ?1) ORDER BY id"
                                 : "SELECT * FROM (SELECT id, at, port, event, rule, detail FROM events "
                                   "ORDER BY id DESC LIMIT ?1) ORDER BY id");
  if (!s) return s.error();
  (*s)->bind(1, std::int64_t{limit});
  if (port) (*s)->bind(2, port->n);
  std::vector<Event> newest;
  const auto read = db.each_row(**s, [&](Statement& row) {
    newest.push_back(event_in(row));
    return Result<void>{};
  });
  if (!read) return read.error();
  return newest;
}

}  // namespace slotwarden::adapters
