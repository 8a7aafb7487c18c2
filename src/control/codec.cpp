#include "control/codec.h"

#include <algorithm>

namespace slotwarden::control {
namespace {

std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return out;
}

}  // namespace

std::string bulk(std::string_view text) {
  std::string out = "$" + std::to_string(text.size()) + "\r\n";
  out.append(text).append("\r\n");
  return out;
}

std::string document(const Json& j) {
  return bulk(write(j));
}

std::string simple(std::string_view text) {
  return "+" + one_line(text) + "\r\n";
}

std::string integer(long long n) {
  return ":" + std::to_string(n) + "\r\n";
}

std::string error(std::string_view message) {
  return "-" + one_line(message) + "\r\n";
}

std::string refused(std::string_view rule, std::string_view because) {
  return error("REFUSED " + std::string(rule) + " " + std::string(because));
}

std::string array(std::span<const std::string> encoded) {
  std::string out = "*" + std::to_string(encoded.size()) + "\r\n";
  for (const std::string& e : encoded) out += e;
  return out;
}

}  // namespace slotwarden::control
