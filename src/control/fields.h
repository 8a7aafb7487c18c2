// Reads the members of a JSON object into values. The first mismatch is kept as the error, the rest is then skipped, so
// that a reader is a list of its members.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/json.h"
#include "control/timestamp.h"
#include "facts/result.h"

namespace slotwarden::control {

class Fields {
 public:
  // `what` names the object in errors: "a status".
  Fields(const Json& object, std::string_view what) : object_(object), what_(what) {
    if (!object.is_object()) fail("is not an object");
  }

  // A member that is absent or null leaves `out` as it is, here and below.
  void text(std::string_view key, std::string& out) {
    const Json* m = member(key);
    if (m && !m->is_string()) return wrong(key, "a string");
    if (m) out = m->get<std::string>();
  }

  void flag(std::string_view key, bool& out) {
    const Json* m = member(key);
    if (m && !m->is_boolean()) return wrong(key, "true or false");
    if (m) out = m->get<bool>();
  }

  template <class Int>
  void number(std::string_view key, Int& out) {
    const Json* m = member(key);
    if (!m) return;
    const auto n = whole<Int>(*m);
    if (!n) return wrong(key, "a whole number of its range");
    out = *n;
  }

  template <class Int>
  void number(std::string_view key, std::optional<Int>& out) {
    Int n{};
    if (!member(key)) return;
    number(key, n);
    out = n;
  }

  // An RFC 3339 time, as milliseconds since 1970.
  void time(std::string_view key, std::optional<std::int64_t>& out) {
    std::string t;
    text(key, t);
    if (!member(key) || !error_.empty()) return;
    out = unix_ms_from(t);
    if (!out) wrong(key, "an RFC 3339 time");
  }

  // An enumerator by its name(); required.
  template <class E, std::size_t N>
  void one_of(std::string_view key, E& out, const std::array<E, N>& all) {
    std::string t;
    text(key, t);
    for (const E e : all)
      if (name(e) == t) {
        out = e;
        return;
      }
    wrong(key, "one of the words that belong there");
  }

  // An array whose elements `each` turns into values.
  template <class T, class Each>
  void list(std::string_view key, std::vector<T>& out, Each each) {
    const Json* m = member(key);
    if (!m) return;
    if (!m->is_array()) return wrong(key, "an array");
    for (const Json& element : *m) {
      Result<T> value = each(element);
      if (!value) return fail(value.error().what);
      out.push_back(std::move(*value));
    }
  }

  // The member, or null when it is absent, null or the object is none.
  [[nodiscard]] const Json* member(std::string_view key) const {
    if (!object_.is_object()) return nullptr;
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }

  void fail(std::string_view why) {
    if (error_.empty()) error_ = std::string(what_) + " " + std::string(why);
  }

  template <class T>
  [[nodiscard]] Result<T> finish(T value) const {
    if (!error_.empty()) return Error{error_};
    return value;
  }

 private:
  template <class Int>
  static std::optional<Int> whole(const Json& m) {
    using Limits = std::numeric_limits<Int>;
    if (m.is_number_unsigned()) {
      const auto n = m.get<std::uint64_t>();
      return std::cmp_less_equal(n, Limits::max()) ? std::optional(static_cast<Int>(n)) : std::nullopt;
    }
    if (!m.is_number_integer()) return std::nullopt;
    const auto n = m.get<std::int64_t>();
    const bool fits = std::cmp_greater_equal(n, Limits::min()) && std::cmp_less_equal(n, Limits::max());
    return fits ? std::optional(static_cast<Int>(n)) : std::nullopt;
  }

  void wrong(std::string_view key, std::string_view wanted) {
    fail("has a '" + std::string(key) + "' that is not " + std::string(wanted));
  }

  const Json& object_;
  std::string_view what_;
  std::string error_;
};

// A JSON array whose elements `each` turns into values.
template <class T, class Each>
[[nodiscard]] Result<std::vector<T>> list_from(const Json& j, Each each) {
  if (!j.is_array()) return Error{"the answer is not an array"};
  std::vector<T> all;
  for (const Json& element : j) {
    Result<T> value = each(element);
    if (!value) return value.error();
    all.push_back(std::move(*value));
  }
  return all;
}

// null for "there is none": absent texts are not sent as "".
[[nodiscard]] inline Json text_or_null(const std::string& s) {
  return s.empty() ? Json{} : Json(s);
}

}  // namespace slotwarden::control
