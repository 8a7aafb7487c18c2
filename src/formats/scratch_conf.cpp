#include "formats/scratch_conf.h"

#include <algorithm>
#include <array>

namespace slotwarden::formats {

namespace {

constexpr std::array<std::string_view, 6> kept{"databases",   "loadmodule",         "sanitize-dump-payload",
                                               "rdbchecksum", "proto-max-bulk-len", "list-compress-depth"};
constexpr std::array<std::string_view, 5> kinds{"hash-", "list-max-", "set-max-", "zset-max-", "stream-node-max-"};

bool is_kept(const std::string& name) {
  return std::ranges::find(kept, name) != kept.end() ||
         std::ranges::any_of(kinds, [&](std::string_view k) { return name.starts_with(k); });
}

// As the server reads it back, whatever is in it.
std::string quoted(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// A name without a slash is looked for by the dynamic linker, wherever that looks.
std::string whole_path(const std::string& module, const std::string& directory) {
  const bool relative = !module.starts_with('/') && module.find('/') != module.npos;
  return relative ? directory + "/" + module : module;
}

}  // namespace

std::string scratch_conf(const std::vector<Directive>& own, const std::string& directory) {
  std::string text = "port 0\nunixsocket " + std::string(scratch_socket) +
                     "\nunixsocketperm 700\ndaemonize no\nsupervised no\nsave \"\"\nappendonly no\ndbfilename " +
                     std::string(scratch_dump) + "\nmaxmemory 0\nmaxclients 16\nloglevel notice\nlogfile \"\"\n";
  for (const auto& d : own) {
    if (!is_kept(d.name)) continue;
    text += d.name;
    auto arguments = d.arguments;
    if (d.name == "loadmodule" && !arguments.empty()) arguments[0] = whole_path(arguments[0], directory);
    for (const auto& a : arguments) text += " " + quoted(a);
    text += "\n";
  }
  return text;
}

}  // namespace slotwarden::formats
