// The folder of a server that only loads a generation: made beside the kept copies, and removed again.
#pragma once

#include <string>
#include <string_view>

#include "act/kept.h"
#include "adapters/fd.h"
#include "facts/result.h"

namespace slotwarden::act {

// Within the folder of kept copies, so that it is on their file system.
inline constexpr auto scratch_folder = ".rehearsal";
inline constexpr auto scratch_conf_name = "server.conf";
inline constexpr auto scratch_output_name = "output.log";
inline constexpr auto scratch_identity_name = "process";

// Blocking. The server never writes to its dump, so a second name of it is enough; where there can be none, a copy.
class Scratch {
 public:
  // What an earlier one has left is removed first: nobody may be running there.
  [[nodiscard]] static Result<Scratch> make(const std::string& data_directory, Owner owner, int dump,
                                            std::string_view dump_name, std::string_view conf);
  [[nodiscard]] const std::string& path() const { return path_; }
  // By a descriptor that is open, since the name of a socket must be short.
  [[nodiscard]] std::string short_path() const;

 private:
  Scratch(std::string path, adapters::Fd folder) : path_(std::move(path)), folder_(std::move(folder)) {}
  std::string path_;
  adapters::Fd folder_;
};

[[nodiscard]] std::string scratch_path(const std::string& data_directory);
// Removes the files that a rehearsal makes, and the folder. Nothing there: nothing to do. Any other file stays, and is
// an error.
[[nodiscard]] Result<void> remove_scratch(const std::string& data_directory);

}  // namespace slotwarden::act
