// The generations of backups beside one instance's data: what a good save becomes, and which are removed again. All
// blocking, for a worker; nothing here knows the loop.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "act/kept.h"
#include "facts/backup_policy.h"
#include "facts/kept_copy.h"
#include "facts/verdict.h"
#include "formats/server_conf.h"
#include "observe/kept.h"
#include "observe/progress.h"

namespace slotwarden::run {

struct SaveOrder {
  formats::ServerConf conf;
  std::string user;
  std::string server;  // the program that must be able to load it
  KeptCopy note;       // whose it is and which process saved it; the rest comes of reading it
  BackupPolicy policy;
  std::int64_t started_unix = 0;  // of that process: it has not written what is older
  std::string known_bad;          // signature_of the file that was found bad the last time
  bool first = false;             // by this daemon: what an earlier one left half done is finished
  std::shared_ptr<observe::Progress> progress;
};

// A generation that was removed, and the rule that said so.
struct Outdated {
  std::string name;
  Verdict verdict;
};

struct SavesKept {
  std::vector<KeptCopy> kept;  // those that are new
  std::string bad;             // what a save was found to be, for people; empty when none was bad
  std::string bad_signature;
  std::vector<Outdated> removed;
  std::vector<std::string> finished;  // generations whose removal an earlier daemon had begun
  std::string error;
  std::string not_removed;  // why one that is to go is still there
};

// Makes a generation of every dump that the process has saved and that is none yet: the dump, and with `appendonly yes`
// the base that the manifest names, where that is an RDB: a rewrite makes it whole and never writes to it again. Each
// is read through first; a bad one, and one without keys, becomes none. Then outdated generations are removed by
// decide/retention.h, but none where a save was bad. To be called again at any time: what is kept already is passed
// over.
[[nodiscard]] SavesKept keep_saves(const SaveOrder& o);

// Those of one data directory, oldest first; `in_place` has the name of the one that is the dump too, if any.
struct Listed {
  std::vector<observe::KeptFile> files;
  std::string in_place;
};
[[nodiscard]] Listed listed(const formats::ServerConf& conf);

// The folder, owned as the server's files are.
[[nodiscard]] Result<act::KeptFolder> open_kept_folder(const std::string& directory, const std::string& user);

}  // namespace slotwarden::run
