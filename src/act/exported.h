// A folder of files that is written elsewhere: under its name with all of them, or not at all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/fd.h"
#include "facts/result.h"
#include "facts/units.h"

namespace slotwarden::act {

// Blocking. The folder has a hidden name (.slotwarden-export-…) until `finish`, and is removed with this object unless
// that succeeded. What is there already is never replaced. Errors say what to do.
//
// Its maker holds a lock (flock) on it as long as it lives: `begin` removes what makers that were killed have left in
// the same directory, of this user, and only where nothing but an export's files is in it.
class ExportFolder {
 public:
  // `directory` must be there; `name` must not be there in it.
  [[nodiscard]] static Result<ExportFolder> begin(const std::string& directory, const std::string& name);
  ExportFolder(ExportFolder&& other) noexcept;
  ExportFolder& operator=(ExportFolder&&) = delete;
  ~ExportFolder();

  // A copy of an open file of so many bytes, synced. Room for it is reserved first, so that a full disk shows at once.
  // `copied` is told the bytes so far.
  [[nodiscard]] Result<void> copy(int from, Bytes size, const std::string& name,
                                  const std::function<void(std::uint64_t)>& copied);
  // A small file, synced.
  [[nodiscard]] Result<void> write(const std::string& name, std::string_view text);
  // Where a file lies until `finish`.
  [[nodiscard]] std::string path_of(const std::string& name) const;
  // Gives the folder its name. Its path.
  [[nodiscard]] Result<std::string> finish();
  // How many folders of makers that are gone `begin` has removed.
  [[nodiscard]] int cleared() const { return cleared_; }

 private:
  ExportFolder(std::string directory, std::string name, std::string temporary, adapters::Fd home, adapters::Fd folder);
  [[nodiscard]] Result<adapters::Fd> make(const std::string& name);
  [[nodiscard]] Error failure(const std::string& doing) const;

  std::string directory_;
  std::string name_;
  std::string temporary_;  // empty once it has its name
  adapters::Fd home_;
  adapters::Fd folder_;
  std::vector<std::string> files_;
  int cleared_ = 0;
};

}  // namespace slotwarden::act
