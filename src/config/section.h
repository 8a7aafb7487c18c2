// One section of a file, read by its list of options: stores what is right, and reports what is wrong, what is missing
// and what nobody knows.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/value.h"

namespace slotwarden::config {

// A visitor for each_…_option. Everything it is given must outlive it.
class Section {
 public:
  // `title` names the section in messages, "[host]"; empty for a policy file, which is a section as a whole.
  // `prefix` begins its entries in set_at: "host.".
  Section(const SourceFile& file, const Node& table, std::string title, std::string prefix,
          std::map<std::string, Where>& set_at, std::vector<Problem>& problems)
      : file_(file),
        table_(table),
        title_(std::move(title)),
        prefix_(std::move(prefix)),
        set_at_(set_at),
        problems_(problems) {}

  template <class T>
  void operator()(const Option& option, T& value) {
    known_.push_back(option.name);
    const Node* node = table_.find(option.name);
    if (!node) return missing(option);
    if (already_set(option, *node)) return;
    if (const auto bad = take(*node, option, value)) problem(node->line, std::string{option.name} + " " + *bad);
  }

  // To be called once after the visit: every key that no option claimed.
  void report_unknown_keys();

  // A key that is read elsewhere, such as a policy's `inherits`.
  void also_knows(std::string_view key) { known_.push_back(key); }

 private:
  void missing(const Option& option);
  // Notes where the option is set; a second file that sets it too is a problem.
  bool already_set(const Option& option, const Node& node);
  void problem(int line, std::string what);
  void report_unknown_below(const Node& table, const std::string& path);
  [[nodiscard]] std::string advice_for(const Node& key, const std::string& path) const;
  [[nodiscard]] std::vector<std::string_view> known_below(const std::string& path) const;

  const SourceFile& file_;
  const Node& table_;
  std::string title_;
  std::string prefix_;
  std::map<std::string, Where>& set_at_;
  std::vector<Problem>& problems_;
  std::vector<std::string_view> known_;
};

}  // namespace slotwarden::config
