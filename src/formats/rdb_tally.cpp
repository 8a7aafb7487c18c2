#include "formats/rdb_tally.h"

#include <algorithm>

namespace slotwarden::formats {

namespace {

bool larger(const BigKey& a, const BigKey& b) {
  return a.size > b.size;
}

}  // namespace

void RdbTally::database(std::uint64_t number) {
  if (in_database_) {
    add(earlier_, database_);
    all_earlier_.keys += database_.keys;
    all_earlier_.with_expiry += database_.with_expiry;
  }
  in_database_ = true;
  database_ = {};
  database_.number = number;
}

void RdbTally::announced(std::uint64_t keys, std::uint64_t with_expiry) {
  database_.announced_keys = keys;
  database_.announced_with_expiry = with_expiry;
}

void RdbTally::aux(std::string name, std::string value) {
  if (aux_.size() < DumpContents::most_aux) aux_.emplace_back(std::move(name), std::move(value));
}

// One database may come in several parts, although no server writes it so.
void RdbTally::add(std::vector<DatabaseKeys>& databases, const DatabaseKeys& d) {
  const auto same = std::ranges::find(databases, d.number, &DatabaseKeys::number);
  if (same == databases.end()) {
    if (databases.size() < DumpContents::most_databases) databases.push_back(d);
    return;
  }
  same->keys += d.keys;
  same->with_expiry += d.with_expiry;
  if (d.announced_keys) same->announced_keys = same->announced_keys.value_or(0) + *d.announced_keys;
  if (d.announced_with_expiry)
    same->announced_with_expiry = same->announced_with_expiry.value_or(0) + *d.announced_with_expiry;
}

void RdbTally::keep(const Key& k) {
  const auto name = k.name.first(std::min(k.name.size(), longest_name));
  kept_.push_back({database_.number, std::string(reinterpret_cast<const char*>(name.data()), name.size()),
                   k.name_length, k.kind, Bytes{k.size}, k.at});
  std::ranges::push_heap(kept_, larger);
  if (kept_.size() <= biggest_) return;
  std::ranges::pop_heap(kept_, larger);
  kept_.pop_back();
  too_small_ = kept_.front().size.n;
}

void RdbTally::put_into(DumpContents& contents) const {
  contents.aux = aux_;
  contents.databases = earlier_;
  if (in_database_) add(contents.databases, database_);
  contents.keys = all_earlier_.keys + database_.keys;
  contents.with_expiry = all_earlier_.with_expiry + database_.with_expiry;
  contents.of_kind = of_kind_;
  contents.functions = functions_;
  contents.module_records = module_records_;
  contents.biggest = kept_;
  std::ranges::sort(contents.biggest, larger);
}

}  // namespace slotwarden::formats
