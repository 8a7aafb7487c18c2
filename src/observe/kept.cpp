#include "observe/kept.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "formats/kept_copy.h"
#include "observe/read_file.h"

namespace slotwarden::observe {

namespace {

constexpr std::size_t longest_note = 1 << 20;

// What no note tells: 0 for what is no file.
Bytes size_of_file(const std::filesystem::directory_entry& entry) {
  std::error_code failure;
  if (entry.symlink_status(failure).type() != std::filesystem::file_type::regular) return {};
  const auto size = entry.file_size(failure);
  return failure ? Bytes{} : Bytes{size};
}

KeptFile kept_file(const std::filesystem::directory_entry& entry) {
  KeptFile f;
  f.path = entry.path().string();
  const auto name = entry.path().filename().string();
  if (const auto text = read_regular(f.path + ".json", longest_note)) {
    auto noted = formats::kept_copy(*text);
    f.noted = noted.has_value();
    if (noted)
      f.copy = std::move(*noted);
    else
      f.trouble = fmt::format(
          "its note is damaged: {}. The dump may be whole all the same: slotwardenctl inspect dump {}; move {}.json "
          "elsewhere, and it is one without a note",
          noted.error().what, f.path, name);
  } else if (text.error().os_error != ENOENT) {
    f.trouble = text.error().what;
  }
  f.copy.name = name;
  if (!f.noted || f.copy.state == DatasetState::unknown) f.copy.size = size_of_file(entry);
  if (!f.noted) f.copy.aof = name.ends_with(".aof");
  return f;
}

}  // namespace

std::vector<KeptFile> kept_copies(const std::string& directory) {
  std::vector<KeptFile> files;
  std::error_code failure;
  const auto folder = directory + "/" + kept_folder;
  for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    if (formats::is_kept_name(at->path().filename().string())) files.push_back(kept_file(*at));
  std::ranges::sort(files, {}, [](const KeptFile& f) { return f.copy.name; });
  return files;
}

std::string sum_of(const DatasetLook& look) {
  if (!look.contents || !look.contents->length) return {};
  return fmt::format("{:016x}", look.contents->sum_found);
}

VerifiedCopy verify(const KeptFile& f, formats::RdbReader reader, LookOptions options) {
  VerifiedCopy v;
  auto& d = v.look.dataset;
  d.file = f.path;
  d.state = DatasetState::unreadable;
  if (!f.trouble.empty()) {
    d.detail = f.trouble;
    return v;
  }
  auto fd = open_regular(f.path);
  if (!fd) {
    d.detail = fd.error().what;
    return v;
  }
  adapters::Sha256 own;
  if (!options.digest && !f.copy.sha256.empty()) options.digest = &own;
  v.look = look_at_open_dump(fd->get(), f.path, reader, options);
  v.file = std::move(*fd);
  if (options.digest && options.digest->length() == d.size.n) v.sha256 = options.digest->hex();
  if (!f.noted || f.copy.state == DatasetState::unknown) return v;  // nobody had looked at it when it was kept
  const bool whole = d.state == DatasetState::valid || d.state == DatasetState::empty;
  const auto sum = sum_of(v.look);
  const bool other = d.size != f.copy.size || (!sum.empty() && !f.copy.sum.empty() && sum != f.copy.sum) ||
                     (!v.sha256.empty() && !f.copy.sha256.empty() && v.sha256 != f.copy.sha256);
  if (whole && other) {
    d.state = DatasetState::corrupt;
    d.detail = "it is not what was kept: its note says another size or checksum";
  }
  return v;
}

}  // namespace slotwarden::observe
