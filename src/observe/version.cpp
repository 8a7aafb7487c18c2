#include "observe/version.h"

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>

namespace slotwarden::observe {

namespace {

std::string quoted(const std::string& path) {
  std::string q = "'";
  for (const char c : path) q += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return q + "'";
}

Result<ServerVersion> ask(const std::string& executable) {
  const auto command = quoted(executable) + " --version 2>/dev/null </dev/null";
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(::popen(command.c_str(), "re"), ::pclose);
  std::array<char, 256> line{};
  ServerVersion v;
  if (!out || !std::fgets(line.data(), line.size(), out.get()))
    return Error{executable + " --version printed nothing; is it a redis-server or valkey-server?"};
  std::array<char, 16> product{};
  if (std::sscanf(line.data(), "%15s server v=%d.%d.%d", product.data(), &v.major, &v.minor, &v.patch) != 4)
    return Error{executable + " --version was not understood: " + line.data()};
  v.kind = std::string_view(product.data()) == "Valkey" ? ServerKind::valkey : ServerKind::redis;
  return v;
}

}  // namespace

Result<ServerVersion> server_version(const std::string& executable) {
  static std::mutex guard;
  static std::map<std::string, ServerVersion> known;
  struct stat s {};
  if (::stat(executable.c_str(), &s) != 0) return Error{"cannot stat " + executable, errno};
  const auto key = executable + ":" + std::to_string(s.st_ino) + ":" + std::to_string(s.st_mtim.tv_sec);
  const std::lock_guard hold(guard);
  if (const auto at = known.find(key); at != known.end()) return at->second;
  auto v = ask(executable);
  if (v) known.emplace(key, *v);
  return v;
}

}  // namespace slotwarden::observe
