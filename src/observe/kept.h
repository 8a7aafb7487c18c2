// The copies that slotwarden keeps of an instance's data, listed and verified. Reads only; blocking, for the workers.
#pragma once

#include <string>
#include <vector>

#include "adapters/fd.h"
#include "facts/kept_copy.h"
#include "facts/result.h"
#include "observe/dataset.h"

namespace slotwarden::observe {

struct KeptFile {
  KeptCopy copy;  // by its note; only its name, and what the name's ending tells, where there is none
  std::string path;
  std::string trouble;  // why its note cannot be believed; empty otherwise, also for a file without one
  bool noted = false;
};

// What is in the folder beside the data of `directory`, oldest first. A file that somebody put there is listed too.
[[nodiscard]] std::vector<KeptFile> kept_copies(const std::string& directory);

// One that was read through, and is held open: what is put in place later is this file and no other.
struct VerifiedCopy {
  DatasetLook look;
  std::string sha256;  // of what was read; empty where the look did not come to the end
  adapters::Fd file;   // unset when it could not be opened
};

// Reads the whole file, and compares it with what its note says: other bytes than were kept are corrupt, whatever their
// own checksum says. The SHA-256 is computed where the note has one, or options.digest is given.
[[nodiscard]] VerifiedCopy verify(const KeptFile& f, formats::RdbReader reader, LookOptions options = {});

// The sum that a note records, of a look that came to the end; empty otherwise.
[[nodiscard]] std::string sum_of(const DatasetLook& look);

}  // namespace slotwarden::observe
