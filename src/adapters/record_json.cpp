#include "adapters/record_json.h"

#include <concepts>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace slotwarden::adapters {

namespace {

using Json = nlohmann::json;

struct Misshapen : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each structure's fields, once for both directions: `visit(name, member)`. The bindings fail to compile when a
// structure gains a field that is not listed here.
template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, Endpoint>
void each_field(R& r, Visit&& visit) {
  auto& [host, port] = r;
  visit("host", host);
  visit("port", port);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, Stamp>
void each_field(R& r, Visit&& visit) {
  auto& [boot_id, boot_ms, unix_ms] = r;
  visit("boot_id", boot_id);
  visit("boot_ms", boot_ms);
  visit("unix_ms", unix_ms);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, OpenSlot>
void each_field(R& r, Visit&& visit) {
  auto& [slot, peer] = r;
  visit("slot", slot);
  visit("peer", peer);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, KnownNode>
void each_field(R& r, Visit&& visit) {
  auto& [id, at, master, slots, config_epoch] = r;
  visit("id", id);
  visit("at", at);
  visit("master", master);
  visit("slots", slots);
  visit("config_epoch", config_epoch);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, KnownReplica>
void each_field(R& r, Visit&& visit) {
  auto& [id, at, online, offset] = r;
  visit("id", id);
  visit("at", at);
  visit("online", online);
  visit("offset", offset);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, LastSave>
void each_field(R& r, Visit&& visit) {
  auto& [at_unix, aof, keys, keys_with_expiry, replid, offset] = r;
  visit("at_unix", at_unix);
  visit("aof", aof);
  visit("keys", keys);
  visit("keys_with_expiry", keys_with_expiry);
  visit("replid", replid);
  visit("offset", offset);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, Record>
void each_field(R& r, Visit&& visit) {
  auto& [port, node_id, role, master, config_epoch, slots, ever_owned_slots, keys, keys_with_expiry, replid, offset,
         replid2, second_offset, replicas, migrating, importing, nodes, node_timeout_ms, seen, quarantined, succeeded,
         stopped_cleanly, saved, aof_pending] = r;
  visit("port", port);
  visit("node_id", node_id);
  visit("role", role);
  visit("master", master);
  visit("config_epoch", config_epoch);
  visit("slots", slots);
  visit("ever_owned_slots", ever_owned_slots);
  visit("keys", keys);
  visit("keys_with_expiry", keys_with_expiry);
  visit("replid", replid);
  visit("offset", offset);
  visit("replid2", replid2);
  visit("second_offset", second_offset);
  visit("replicas", replicas);
  visit("migrating", migrating);
  visit("importing", importing);
  visit("nodes", nodes);
  visit("node_timeout_ms", node_timeout_ms);
  visit("seen", seen);
  visit("quarantined", quarantined);
  visit("succeeded", succeeded);
  visit("stopped_cleanly", stopped_cleanly);
  visit("saved", saved);
  visit("aof_pending", aof_pending);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, Intent>
void each_field(R& r, Visit&& visit) {
  auto& [up, held, in_place, who, reason, at_unix_ms] = r;
  visit("up", up);
  visit("held", held);
  visit("in_place", in_place);
  visit("who", who);
  visit("reason", reason);
  visit("at_unix_ms", at_unix_ms);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, VoteClock>
void each_field(R& r, Visit&& visit) {
  auto& [master, asked, candidate, won] = r;
  visit("master", master);
  visit("asked", asked);
  visit("candidate", candidate);
  visit("won", won);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, TakenSettings>
void each_field(R& r, Visit&& visit) {
  auto& [save, rewrite_percentage, save_from, save_to, rewrite_from, rewrite_to] = r;
  visit("save", save);
  visit("rewrite_percentage", rewrite_percentage);
  visit("save_from", save_from);
  visit("save_to", save_to);
  visit("rewrite_from", rewrite_from);
  visit("rewrite_to", rewrite_to);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, LentMemory>
void each_field(R& r, Visit&& visit) {
  auto& [own, from, to, whole, run_id] = r;
  visit("own", own);
  visit("from", from);
  visit("to", to);
  visit("whole", whole);
  visit("run_id", run_id);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, HeldSyncs>
void each_field(R& r, Visit&& visit) {
  auto& [own, from, to, run_id] = r;
  visit("own", own);
  visit("from", from);
  visit("to", to);
  visit("run_id", run_id);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, ForkSample>
void each_field(R& r, Visit&& visit) {
  auto& [cow, memory, took, changes, share] = r;
  visit("cow", cow);
  visit("memory", memory);
  visit("took_ms", took);
  visit("changes", changes);
  visit("share", share);
}

template <class R, class Visit>
requires std::same_as<std::remove_const_t<R>, SaveRecord>
void each_field(R& r, Visit&& visit) {
  auto& [port, taken, lent, held, save, rewrite, failures, failed_unix_ms, last_result, last_unix_ms] = r;
  visit("port", port);
  visit("taken", taken);
  visit("lent", lent);
  visit("held", held);
  visit("save", save);
  visit("rewrite", rewrite);
  visit("failures", failures);
  visit("failed_unix_ms", failed_unix_ms);
  visit("last_result", last_result);
  visit("last_unix_ms", last_unix_ms);
}

template <class T>
concept Structure = requires(T& t) {
  each_field(t, [](auto&&...) {});
};

// Port, Epoch, Offset and their like: written as their bare number.
template <class T>
concept Unit = requires(T& t) {
  t.n;
};

Json written(std::chrono::milliseconds d) {
  return d.count();
}
void read(const Json& j, std::chrono::milliseconds& d) {
  d = std::chrono::milliseconds(j.get<std::int64_t>());
}

template <class T>
Json written(const T& value);
template <class T>
Json written(const std::vector<T>& items);
template <class T>
Json written(const std::optional<T>& value);
template <class T>
void read(const Json& j, T& value);
template <class T>
void read(const Json& j, std::optional<T>& value);
template <class T>
void read(const Json& j, std::vector<T>& items);

Json written(const NodeId& id) {
  return id.hex;
}
Json written(Role r) {
  return name(r);
}
Json written(const Slots& s) {
  return describe(s);
}

template <class T>
Json written(const T& value) {
  if constexpr (Structure<const T>) {
    auto j = Json::object();
    each_field(value, [&](const char* field, const auto& member) { j[field] = written(member); });
    return j;
  } else if constexpr (Unit<const T>) {
    return value.n;
  } else {
    return value;
  }
}

template <class T>
Json written(const std::vector<T>& items) {
  auto j = Json::array();
  for (const auto& item : items) j.push_back(written(item));
  return j;
}

template <class T>
Json written(const std::optional<T>& value) {
  return value ? written(*value) : Json{};
}

template <class T>
void read(const Json& j, std::optional<T>& value) {
  if (j.is_null())
    value.reset();
  else
    read(j, value.emplace());
}

void read(const Json& j, NodeId& id) {
  j.get_to(id.hex);
}

void read(const Json& j, Role& role) {
  const auto text = j.get<std::string>();
  for (const auto known : {Role::unknown, Role::master, Role::replica})
    if (text == name(known)) {
      role = known;
      return;
    }
  throw Misshapen("no such role: " + text);
}

void read(const Json& j, Slots& into) {
  const auto slots = slots_from(j.get<std::string>());
  if (!slots) throw Misshapen("no such slots: " + j.get<std::string>());
  into = *slots;
}

template <class T>
void read(const Json& j, T& value) {
  if constexpr (Structure<T>) {
    if (!j.is_object()) throw Misshapen("not an object: " + j.dump());
    each_field(value, [&](const char* field, auto& member) {
      if (const auto found = j.find(field); found != j.end()) read(*found, member);
    });
  } else if constexpr (Unit<T>) {
    j.get_to(value.n);
  } else {
    j.get_to(value);
  }
}

template <class T>
void read(const Json& j, std::vector<T>& items) {
  items.clear();
  for (const auto& item : j) read(item, items.emplace_back());
}

template <class T>
Result<T> parsed(std::string_view text) {
  try {
    T value;
    read(Json::parse(text), value);
    return value;
  } catch (const std::exception& e) {
    return Error{e.what()};
  }
}

// A reason typed in another encoding must not make an intent impossible to store.
std::string text_of(const Json& j) {
  return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Record& r) {
  return text_of(written(r));
}
std::string to_json(const Intent& i) {
  return text_of(written(i));
}
std::string to_json(const VoteClock& v) {
  return text_of(written(v));
}
std::string to_json(const SaveRecord& r) {
  return text_of(written(r));
}

Result<Record> record_from_json(std::string_view text) {
  return parsed<Record>(text);
}
Result<Intent> intent_from_json(std::string_view text) {
  return parsed<Intent>(text);
}
Result<VoteClock> vote_clock_from_json(std::string_view text) {
  return parsed<VoteClock>(text);
}
Result<SaveRecord> save_record_from_json(std::string_view text) {
  return parsed<SaveRecord>(text);
}

}  // namespace slotwarden::adapters
