#include "adapters/scope.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "adapters/system_bus.h"

namespace slotwarden::adapters {

namespace {

// A last save may take that long; systemd gives up on the whole shutdown after as much.
constexpr std::uint64_t longest_stop_us = 30ull * 60 * 1'000'000;

bool is_in(Pid pid, const std::string& unit) {
  std::ifstream in("/proc/" + std::to_string(pid.n) + "/cgroup");
  for (std::string line; std::getline(in, line);)
    if (line.ends_with("/" + unit)) return true;
  return false;
}

// For -1 what systemd takes for "none" and for "unset": the largest number.
int append_limits(sd_bus_message* m, const ScopeRequest& r) {
  int all = 0;
  const auto add = [&](const char* property, std::int64_t n) {
    if (all >= 0) all = ::sd_bus_message_append(m, "(sv)", property, "t", static_cast<std::uint64_t>(n));
  };
  add("MemoryMax", r.memory_max);
  add("TasksMax", r.tasks_max);
  add("CPUWeight", r.cpu_weight);
  add("IOWeight", r.io_weight);
  return all;
}

// The properties of the unit that is to be made, as StartTransientUnit wants them.
int append_start(sd_bus_message* m, const ScopeRequest& r) {
  int all = ::sd_bus_message_append(m, "ss", r.unit.c_str(), "fail");
  const auto add = [&](int done) { all = all < 0 ? all : done; };
  add(::sd_bus_message_open_container(m, 'a', "(sv)"));
  add(::sd_bus_message_append(m, "(sv)", "Description", "s", r.description.c_str()));
  add(::sd_bus_message_append(m, "(sv)", "Slice", "s", r.slice.c_str()));
  add(::sd_bus_message_append(m, "(sv)", "PIDs", "au", 1, static_cast<std::uint32_t>(r.pid.n)));
  // Gone with its last process, also when the kernel killed that: the name is needed again at once.
  add(::sd_bus_message_append(m, "(sv)", "CollectMode", "s", "inactive-or-failed"));
  add(::sd_bus_message_append(m, "(sv)", "TimeoutStopUSec", "t", longest_stop_us));
  add(append_limits(m, r));
  if (!r.stops_after.empty()) add(::sd_bus_message_append(m, "(sv)", "Before", "as", 1, r.stops_after.c_str()));
  add(::sd_bus_message_close_container(m));
  add(::sd_bus_message_append(m, "a(sa(sv))", 0));
  return all;
}

// Of a unit that exists, until the host goes down.
int append_change(sd_bus_message* m, const ScopeRequest& r) {
  int all = ::sd_bus_message_append(m, "sb", r.unit.c_str(), 1);
  const auto add = [&](int done) { all = all < 0 ? all : done; };
  add(::sd_bus_message_open_container(m, 'a', "(sv)"));
  add(append_limits(m, r));
  add(::sd_bus_message_close_container(m));
  return all;
}

// Of a unit whose processes have all gone. systemd stays unaware of it where the last one ended in the moment in which
// it was put there, and in containers with control groups of version 1, where nobody tells it; then its name would be
// taken for ever. Only a unit that is seen to be empty is stopped, which signals nobody.
void end_if_empty(sd_bus* bus, const std::string& unit) {
  sd_bus_message* raw = nullptr;
  if (::sd_bus_call_method(bus, systemd_name, systemd_path, systemd_manager, "GetUnitProcesses", nullptr, &raw, "s",
                           unit.c_str()) < 0)
    return;
  const BusMessage processes(raw);
  if (::sd_bus_message_enter_container(raw, 'a', "(sus)") < 0 || ::sd_bus_message_at_end(raw, 0) <= 0) return;
  (void)::sd_bus_call_method(bus, systemd_name, systemd_path, systemd_manager, "StopUnit", nullptr, nullptr, "ss",
                             unit.c_str(), "replace");
}

}  // namespace

bool booted_by_systemd() {
  return ::sd_booted() > 0;
}

bool started_by_systemd() {
  return booted_by_systemd() && std::getenv("NOTIFY_SOCKET") != nullptr;
}

bool scopes_available() {
  return started_by_systemd() && ::geteuid() == 0;
}

Result<void> place_in_scope(const ScopeRequest& r) {
  const bool there = is_in(r.pid, r.unit);
  auto bus = system_bus();
  if (!bus) return bus.error();
  sd_bus_message* raw = nullptr;
  int code = ::sd_bus_message_new_method_call(bus->get(), &raw, systemd_name, systemd_path, systemd_manager,
                                              there ? "SetUnitProperties" : "StartTransientUnit");
  const BusMessage call(raw);
  if (code >= 0) code = there ? append_change(call.get(), r) : append_start(call.get(), r);
  if (code < 0) return bus_failure("cannot ask for " + r.unit, code);
  sd_bus_error refusal = SD_BUS_ERROR_NULL;
  code = ::sd_bus_call(bus->get(), call.get(), 0, &refusal, nullptr);
  if (code >= 0) return {};
  if (::sd_bus_error_has_name(&refusal, "org.freedesktop.systemd1.UnitExists") > 0) end_if_empty(bus->get(), r.unit);
  return bus_failure(there ? "systemd did not limit " + r.unit : "systemd did not make " + r.unit, code, &refusal);
}

bool host_is_stopping() {
  auto bus = system_bus();
  if (!bus) return false;
  char* state = nullptr;
  const int code = ::sd_bus_get_property_string(bus->get(), systemd_name, systemd_path, systemd_manager, "SystemState",
                                                nullptr, &state);
  const bool stopping = code >= 0 && std::strcmp(state, "stopping") == 0;
  std::free(state);
  return stopping;
}

}  // namespace slotwarden::adapters
