#include "adapters/system_bus.h"

#include <cstring>

namespace slotwarden::adapters {

namespace {
constexpr std::uint64_t patience_us = 5'000'000;
}  // namespace

Result<Bus> system_bus() {
  sd_bus* raw = nullptr;
  const int opened = ::sd_bus_open_system(&raw);
  Bus bus(raw);
  if (opened < 0) return bus_failure("cannot reach the system bus", opened);
  ::sd_bus_set_method_call_timeout(bus.get(), patience_us);
  return bus;
}

Error bus_failure(const std::string& what, int code, sd_bus_error* refusal) {
  Error e{what + ": " + std::strerror(-code), -code};
  if (refusal && refusal->message) e.what += std::string(" (") + refusal->message + ")";
  if (refusal) ::sd_bus_error_free(refusal);
  return e;
}

}  // namespace slotwarden::adapters
