// What a server would load if it started now, and whether it is whole: answered as the server itself would, before it
// does. Reads only. Blocking, for the worker threads: every byte is read, in pieces of 1 MiB.
#pragma once

#include <optional>
#include <string>

#include "adapters/sha256.h"
#include "facts/dataset.h"
#include "facts/dump.h"
#include "formats/rdb.h"
#include "formats/server_conf.h"
#include "observe/progress.h"

namespace slotwarden::observe {

struct LookOptions {
  std::size_t biggest = 0;       // how many of the largest keys to name in the contents
  Progress* progress = nullptr;  // outlives the look
  // Fed with every byte that is read of a dump, and outlives the look; of one that is bad the reading may end early.
  adapters::Sha256* digest = nullptr;
};

struct DatasetLook {
  Dataset dataset;
  // Of the dump, or of an append-only file's base where that is an RDB; unset when there is none, or it was not opened.
  std::optional<DumpContents> contents;
};

// By this configuration, from its directory: with `appendonly no` the dump, with `appendonly yes` what the manifest
// names, or the single file of a server before 7.0, and never the other. A file is opened only if it is a regular one:
// a link, a FIFO or a device is unreadable and never hangs. The verdicts are those of formats/rdb.h and formats/aof.h;
// of an append-only file that is cut, `aof_load_truncated` decides as in the server: valid, with what would be dropped
// in `would_drop`, or truncated.
[[nodiscard]] DatasetLook look_at_dataset(const formats::ServerConf& conf, formats::RdbReader reader,
                                          LookOptions options = {});

// One RDB file. `absent` when there is none.
[[nodiscard]] DatasetLook look_at_dump(const std::string& path, formats::RdbReader reader, LookOptions options = {});

// The same of a file that is open, whatever it is called; `path` is for the messages.
[[nodiscard]] DatasetLook look_at_open_dump(int fd, const std::string& path, formats::RdbReader reader,
                                            LookOptions options = {});

}  // namespace slotwarden::observe
