#include "observe/kept_notes.h"

#include <filesystem>
#include <string_view>

#include "facts/kept_copy.h"
#include "formats/kept_copy.h"

namespace slotwarden::observe {

std::vector<std::string> notes_without_a_copy(const std::string& directory) {
  constexpr std::string_view ending = ".json";
  std::vector<std::string> names;
  std::error_code failure;
  const auto folder = directory + "/" + kept_folder;
  for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    auto name = at->path().filename().string();
    if (!name.ends_with(ending)) continue;
    name.resize(name.size() - ending.size());
    std::error_code ignored;
    const auto there = std::filesystem::symlink_status(folder + "/" + name, ignored).type();
    if (formats::is_kept_name(name) && there == std::filesystem::file_type::not_found) names.push_back(name);
  }
  return names;
}

}  // namespace slotwarden::observe
