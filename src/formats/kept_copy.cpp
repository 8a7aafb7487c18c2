#include "formats/kept_copy.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <concepts>
#include <nlohmann/json.hpp>

#include "formats/numbers.h"

namespace slotwarden::formats {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array states{DatasetState::unknown, DatasetState::absent,    DatasetState::empty,
                            DatasetState::valid,   DatasetState::truncated, DatasetState::corrupt,
                            DatasetState::foreign, DatasetState::too_new,   DatasetState::unreadable};

// Every member once, for both directions.
template <class K, class Visit>
void each_member(K& k, Visit&& visit) {
  visit("aof", k.aof);
  visit("kept_unix_ms", k.kept_unix_ms);
  visit("why", k.why);
  visit("who", k.who);
  visit("from", k.from);
  visit("port", k.port.n);
  visit("node", k.node.hex);
  visit("shard", k.shard);
  visit("state", k.state);
  visit("detail", k.detail);
  visit("size", k.size.n);
  visit("replid", k.replid);
  visit("offset", k.offset);
  visit("keys", k.keys);
  visit("keys_with_expiry", k.keys_with_expiry);
  visit("saved_unix", k.saved_unix);
  visit("writer", k.writer);
  visit("crc64", k.sum);
  visit("sha256", k.sha256);
  visit("saved_by", k.saved_by.hex);
  visit("run_id", k.run_id);
}

class Writer {
 public:
  void operator()(const char* key, const std::string& text) {
    if (!text.empty()) json_[key] = text;
  }
  void operator()(const char* key, bool flag) { json_[key] = flag; }
  void operator()(const char* key, DatasetState s) { json_[key] = name(s); }
  void operator()(const char* key, const std::optional<Offset>& o) {
    if (o) json_[key] = o->n;
  }
  template <std::integral Int>
  void operator()(const char* key, Int n) {
    json_[key] = n;
  }
  template <std::integral Int>
  void operator()(const char* key, const std::optional<Int>& n) {
    if (n) json_[key] = *n;
  }
  [[nodiscard]] const Json& json() const { return json_; }

 private:
  Json json_ = Json::object();
};

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  void operator()(const char* key, std::string& text) {
    if (const auto* m = member(key)) m->is_string() ? void(text = m->get<std::string>()) : fail(key);
  }
  void operator()(const char* key, bool& flag) {
    if (const auto* m = member(key)) m->is_boolean() ? void(flag = m->get<bool>()) : fail(key);
  }
  void operator()(const char* key, DatasetState& state) {
    std::string text;
    (*this)(key, text);
    for (const auto s : states)
      if (text == name(s)) {
        state = s;
        return;
      }
    fail(key);
  }
  void operator()(const char* key, std::optional<Offset>& o) {
    std::optional<std::int64_t> n;
    (*this)(key, n);
    if (n) o = Offset{*n};
  }
  template <std::integral Int>
  void operator()(const char* key, Int& n) {
    std::optional<Int> read;
    (*this)(key, read);
    if (read) n = *read;
  }
  template <std::integral Int>
  void operator()(const char* key, std::optional<Int>& n) {
    const auto* m = member(key);
    if (!m) return;
    if (!m->is_number_integer()) return fail(key);
    // By its text: a number that does not fit is none, whatever the library would make of it.
    n = whole_number<Int>(m->dump());
    if (!n) fail(key);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  const Json* member(const char* key) const {
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? nullptr : &*at;
  }
  void fail(const char* key) {
    if (problem_.empty()) problem_ = fmt::format("its '{}' is not what belongs there", key);
  }

  const Json& json_;
  std::string problem_;
};

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::string kept_note(const KeptCopy& k) {
  Writer writer;
  each_member(k, writer);
  return writer.json().dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<KeptCopy> kept_copy(std::string_view note) {
  const auto json = Json::parse(note, nullptr, false);
  if (!json.is_object()) return Error{"the note is not a JSON object"};
  KeptCopy k;
  Reader reader(json);
  each_member(k, reader);
  if (!reader.problem().empty()) return Error{"the note is damaged: " + reader.problem()};
  if (!k.sum.empty() && (k.sum.size() != 16 || !whole_number<std::uint64_t>(k.sum, 16)))
    return Error{"the note is damaged: its checksum is none"};
  if (!k.sha256.empty() && !is_hex(k.sha256, 64)) return Error{"the note is damaged: its SHA-256 is none"};
  return k;
}

std::string kept_name(const KeptCopy& k) {
  const auto seconds = std::chrono::sys_seconds(std::chrono::seconds(k.kept_unix_ms / 1000));
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  auto name = fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int(date.year()), unsigned(date.month()),
                          unsigned(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
  if (k.keys) name += fmt::format("-{}keys", *k.keys);
  if (is_hex40(k.replid)) name += "-repl" + k.replid.substr(0, 8);
  if (k.offset) name += fmt::format("-offset{}", k.offset->n);
  return name + (k.aof ? ".aof" : ".rdb");
}

bool is_kept_name(std::string_view name) {
  return !name.empty() && name.size() < 200 && name.front() != '.' && !name.ends_with(".json") &&
         name.find_first_of(std::string_view("/\0", 2)) == name.npos;
}

}  // namespace slotwarden::formats
