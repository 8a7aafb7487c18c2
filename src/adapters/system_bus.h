// The system bus, for the few files that speak with systemd over it.
#pragma once

#include <systemd/sd-bus.h>

#include <memory>
#include <string>

#include "facts/result.h"

namespace slotwarden::adapters {

struct BusUnref {
  void operator()(sd_bus* b) const { ::sd_bus_flush_close_unref(b); }
  void operator()(sd_bus_message* m) const { ::sd_bus_message_unref(m); }
};
using Bus = std::unique_ptr<sd_bus, BusUnref>;
using BusMessage = std::unique_ptr<sd_bus_message, BusUnref>;

inline constexpr auto systemd_name = "org.freedesktop.systemd1";
inline constexpr auto systemd_path = "/org/freedesktop/systemd1";
inline constexpr auto systemd_manager = "org.freedesktop.systemd1.Manager";

// Its calls end after five seconds.
[[nodiscard]] Result<Bus> system_bus();
// Of a negative return code of sd-bus, with what the other side said where it said something; frees that.
[[nodiscard]] Error bus_failure(const std::string& what, int code, sd_bus_error* refusal = nullptr);

}  // namespace slotwarden::adapters
