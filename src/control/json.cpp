#include "control/json.h"

namespace slotwarden::control {

std::string write(const Json& j) {
  return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string write_pretty(const Json& j) {
  return j.dump(2, ' ', false, Json::error_handler_t::replace);
}

Result<Json> read(std::string_view text) {
  try {
    return Result<Json>(boost::system::in_place_value, Json::parse(text));
  } catch (const Json::parse_error& e) {
    return Error{"not a JSON document: byte " + std::to_string(e.byte) + " is wrong"};
  }
}

}  // namespace slotwarden::control
