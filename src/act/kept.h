// Copies of an instance's data, kept in a folder of their own within its data directory, and one of them put in place.
// No file of the server is deleted or written into: a copy gets a second name, and is renamed. Only generations of
// backups, which slotwarden made itself, are removed again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "adapters/fd.h"
#include "facts/kept_copy.h"
#include "facts/result.h"

namespace slotwarden::act {

// Who is to own what is put into a data directory; unset ids are left alone.
struct Owner {
  std::optional<std::uint32_t> uid;
  std::optional<std::uint32_t> gid;
};

// The server's user; without one, the owner of the directory. Only root can give files away: for anybody else, nobody.
[[nodiscard]] Result<Owner> owner_of(const std::string& directory, const std::string& user);

// What a data directory has under a name.
struct Present {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: nothing
  friend bool operator==(const Present&, const Present&) = default;
};
[[nodiscard]] Present present_of(int fd);

// A file that was taken in and has no name yet; gone with this object, unless it was kept.
class Incoming {
 public:
  Incoming(adapters::Fd file, int folder, std::string temporary)
      : file_(std::move(file)), folder_(folder), temporary_(std::move(temporary)) {}
  Incoming(Incoming&& other) noexcept;
  Incoming& operator=(Incoming&&) = delete;
  ~Incoming();
  [[nodiscard]] int fd() const { return file_.get(); }

 private:
  friend class KeptFolder;
  adapters::Fd file_;
  int folder_;
  std::string temporary_;  // its name where the file system knows no nameless files; empty otherwise
};

// All blocking; for a worker thread. Works on the directory that was opened, whatever happens to its path meanwhile.
class KeptFolder {
 public:
  // Makes the folder where it is not there (0700, owned as the files in it will be). A link in its place is refused.
  [[nodiscard]] static Result<KeptFolder> open(const std::string& directory, Owner owner);

  // Copies a regular file into the folder's file system, without a name. Room is reserved first, so that a full disk
  // shows at once; synced when it returns. `copied` is called with the bytes so far, and ends the copying by false.
  [[nodiscard]] Result<Incoming> take_in(const std::string& path, const std::function<bool(std::uint64_t)>& copied);

  // A new file that has no name yet either, with room for so much.
  [[nodiscard]] Result<Incoming> make_room(Bytes size);

  // The same of a file that is open; `path` is for the messages.
  [[nodiscard]] Result<Incoming> take_in(int from, const std::string& path,
                                         const std::function<bool(std::uint64_t)>& copied);

  // Gives it its name (formats::kept_name, with a number where that is taken) and owner, and writes its note last: what
  // has a note was kept wholly, and where none can be written it has no name either. The file stays open. Returns the
  // name.
  [[nodiscard]] Result<std::string> keep(Incoming& file, const KeptCopy& k, const std::string& name);

  // Gives an open file of this file system a second name here, and writes its note; a copy where it can have none. The
  // server never writes into a dump again, so the name keeps these bytes. Returns the name.
  [[nodiscard]] Result<std::string> keep_linked(int file, const KeptCopy& k, const std::string& name);

  // Removes a generation of backups and its note; what has no note that says so is no generation, and is left alone.
  [[nodiscard]] Result<void> remove_generation(const std::string& name);
  // Removes the note of a generation that is gone, and never the generation: it may be kept anew at the same moment.
  [[nodiscard]] Result<void> remove_lone_note(const std::string& name);

  // Keeps what the data directory has under `present`: a file by a second name, so that it stays in place meanwhile;
  // what can have none (a folder, a link, a FIFO) is moved. The name it is kept by; empty when there is nothing.
  [[nodiscard]] Result<std::string> keep_present(const std::string& present, const KeptCopy& k,
                                                 const std::string& name);

  // Moves what the data directory has under `present` into the folder. The name it is kept by; empty when there is
  // nothing.
  [[nodiscard]] Result<std::string> move_in(const std::string& present, const KeptCopy& k, const std::string& name);

  // Puts the kept file in place of what the data directory has under `target`, by rename: at every moment there is the
  // one or the other, whole. It stays in the folder too. `verified` is
  // the file that was read through and found good: should the name mean another one by now, nothing is done.
  [[nodiscard]] Result<void> put_in_place(const std::string& kept, int verified, const std::string& target);

  // The same beside a server that runs, and may itself save at this moment: only while `target` is still `expected`,
  // which must be a kept copy too. Otherwise ESTALE, and what the server saved is there.
  [[nodiscard]] Result<void> put_in_place_of(const Present& expected, const std::string& kept, int verified,
                                             const std::string& target);

 private:
  KeptFolder(std::string path, adapters::Fd directory, adapters::Fd folder, Owner owner)
      : path_(std::move(path)), directory_(std::move(directory)), folder_(std::move(folder)), owner_(owner) {}
  enum class By { second_name, move };
  [[nodiscard]] Result<std::string> keep(By how, const std::string& present, const KeptCopy& k,
                                         const std::string& name);
  [[nodiscard]] Result<Incoming> nameless();
  [[nodiscard]] Result<void> prepare(const std::string& kept, int verified);
  [[nodiscard]] Result<void> note(const std::string& name, const KeptCopy& k);
  // The name, once `file` has its note under it; without a note it loses the name again.
  [[nodiscard]] Result<std::string> noted(const std::string& kept, int file, const KeptCopy& k);
  [[nodiscard]] Error failure(const std::string& doing) const;
  [[nodiscard]] Result<void> is_generation(const std::string& name) const;

  std::string path_;  // of the data directory, for messages
  adapters::Fd directory_;
  adapters::Fd folder_;
  Owner owner_;
};

}  // namespace slotwarden::act
