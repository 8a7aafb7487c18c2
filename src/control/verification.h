// What `slotwardenctl backups verify` and `backups export` found and did.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/json.h"
#include "control/outcome.h"
#include "facts/kept_copy.h"

namespace slotwarden::control {

// One kept copy as it is now, read to its last byte.
struct VerifiedGeneration {
  KeptCopy copy{};  // by its note
  bool noted = false;
  bool in_place = false;  // it is the server's dump as well
  DatasetState state = DatasetState::unknown;
  std::string detail{};
  Bytes size{};
};

struct PortVerification {
  Port port{};
  bool enabled = false;   // its policy makes generations
  std::string trouble{};  // why nothing could be looked at
  std::vector<VerifiedGeneration> copies{};
};

// What to do about one that is not valid; empty for one that is.
[[nodiscard]] std::string what_to_do(Port port, const VerifiedGeneration& g);

// 0: all are valid. 4: some are not, or there is none where the policy makes them. 1: something could not be read.
[[nodiscard]] ExitCode exit_code(const std::vector<PortVerification>& all);
[[nodiscard]] Json to_json(const std::vector<PortVerification>& all);

struct ExportedFile {
  std::string file{};
  Bytes size{};
  std::string sha256{};
};

struct Exported {
  Port port{};
  std::string directory{};  // the new one that holds the files
  std::string generation{};
  std::vector<ExportedFile> files{};
  std::uint64_t keys = 0;
  std::string trouble{};  // what the topology lacks, and why
  int cleared = 0;        // exports that were killed, and whose remains were removed
};
[[nodiscard]] Json to_json(const Exported& e);

}  // namespace slotwarden::control
