#include "adapters/units.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstdlib>

#include "adapters/system_bus.h"

namespace slotwarden::adapters {

namespace {

constexpr auto unit_interface = "org.freedesktop.systemd1.Unit";
constexpr auto service_interface = "org.freedesktop.systemd1.Service";
constexpr std::uint64_t reload_patience_us = 60'000'000;

struct Freed {
  char* text = nullptr;
  ~Freed() { std::free(text); }
};

// The properties of one unit; the first failure is kept, and what follows is skipped.
class Properties {
 public:
  Properties(sd_bus* bus, std::string path) : bus_(bus), path_(std::move(path)) {}

  void text(const char* interface, const char* property, std::string& out) {
    Freed found;
    if (!ask(property, [&](sd_bus_error* e) {
          return ::sd_bus_get_property_string(bus_, systemd_name, path_.c_str(), interface, property, e, &found.text);
        }))
      return;
    out = found.text;
  }

  template <class T>
  void plain(const char* interface, const char* property, char type, T& out) {
    (void)ask(property, [&](sd_bus_error* e) {
      return ::sd_bus_get_property_trivial(bus_, systemd_name, path_.c_str(), interface, property, e, type, &out);
    });
  }

  void texts(const char* property, std::vector<std::string>& out) {
    char** all = nullptr;
    if (!ask(property, [&](sd_bus_error* e) {
          return ::sd_bus_get_property_strv(bus_, systemd_name, path_.c_str(), service_interface, property, e, &all);
        }))
      return;
    for (char** one = all; one && *one; ++one) {
      out.emplace_back(*one);
      std::free(*one);
    }
    std::free(all);
  }

  // How many commands there are.
  void commands(const char* property, std::size_t& out) {
    constexpr auto one = "(sasbttttuii)";
    sd_bus_message* raw = nullptr;
    const bool got = ask(property, [&](sd_bus_error* e) {
      return ::sd_bus_get_property(bus_, systemd_name, path_.c_str(), service_interface, property, e, &raw,
                                   "a(sasbttttuii)");
    });
    const BusMessage reply(raw);
    if (!got) return;
    int code = ::sd_bus_message_enter_container(raw, 'a', one);
    while (code > 0 && ::sd_bus_message_at_end(raw, 0) == 0) {
      code = ::sd_bus_message_skip(raw, one);
      ++out;
    }
    if (code < 0) failure_ = bus_failure(fmt::format("{} of {} cannot be read", property, path_), code);
  }

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  template <class Get>
  bool ask(const char* property, Get get) {
    if (failure_) return false;
    sd_bus_error refusal = SD_BUS_ERROR_NULL;
    const int code = get(&refusal);
    if (code < 0) failure_ = bus_failure(fmt::format("systemd did not tell {} of {}", property, path_), code, &refusal);
    return code >= 0;
  }

  sd_bus* bus_;
  std::string path_;
  std::optional<Error> failure_;
};

Result<std::string> path_of_unit(const std::string& name) {
  Freed path;
  const int code = ::sd_bus_path_encode("/org/freedesktop/systemd1/unit", name.c_str(), &path.text);
  if (code < 0) return bus_failure(name + " is no unit's name", code);
  return Result<std::string>(boost::system::in_place_value, path.text);
}

}  // namespace

bool systemd_runs() {
  return ::sd_booted() > 0;
}

Result<std::string> unit_of(Pid pid) {
  auto bus = system_bus();
  if (!bus) return bus.error();
  sd_bus_error refusal = SD_BUS_ERROR_NULL;
  sd_bus_message* raw = nullptr;
  const int code = ::sd_bus_call_method(bus->get(), systemd_name, systemd_path, systemd_manager, "GetUnitByPID",
                                        &refusal, &raw, "u", static_cast<std::uint32_t>(pid.n));
  const BusMessage reply(raw);
  const bool none = ::sd_bus_error_has_name(&refusal, "org.freedesktop.systemd1.NoUnitForPID") > 0;
  if (code < 0) {
    auto why = bus_failure(fmt::format("systemd did not tell the unit of process {}", pid.n), code, &refusal);
    if (none) return Result<std::string>(boost::system::in_place_value);
    return why;
  }
  const char* path = nullptr;
  if (const int read = ::sd_bus_message_read(raw, "o", &path); read < 0)
    return bus_failure("systemd's answer cannot be read", read);
  std::string name;
  Properties properties(bus->get(), path);
  properties.text(unit_interface, "Id", name);
  if (properties.failure()) return *properties.failure();
  return Result<std::string>(boost::system::in_place_value, std::move(name));
}

Result<std::optional<Unit>> unit(const std::string& name) {
  auto bus = system_bus();
  if (!bus) return bus.error();
  auto path = path_of_unit(name);
  if (!path) return path.error();
  Properties p(bus->get(), std::move(*path));
  Unit u;
  u.name = name;
  std::string load;
  p.text(unit_interface, "LoadState", load);
  p.text(unit_interface, "ActiveState", u.active);
  if (p.failure()) return *p.failure();
  if (load == "not-found") return std::optional<Unit>();
  if (!name.ends_with(".service")) return std::optional<Unit>(std::move(u));
  std::uint32_t main = 0;
  std::uint32_t mode = 0;
  int refuses = 0;
  int sigkill = 1;
  int sighup = 1;
  p.plain(service_interface, "MainPID", 'u', main);
  p.text(service_interface, "Restart", u.restart);
  p.text(service_interface, "KillMode", u.kill_mode);
  p.plain(service_interface, "KillSignal", 'i', u.kill_signal);
  p.plain(service_interface, "SendSIGKILL", 'b', sigkill);
  p.plain(service_interface, "SendSIGHUP", 'b', sighup);
  p.plain(unit_interface, "RefuseManualStop", 'b', refuses);
  p.commands("ExecStop", u.stop_steps);
  p.commands("ExecStopPost", u.stop_steps);
  p.plain(service_interface, "WatchdogUSec", 't', u.watchdog_us);
  p.text(service_interface, "ControlGroup", u.group);
  p.texts("RuntimeDirectory", u.runtime_directories);
  p.plain(service_interface, "RuntimeDirectoryMode", 'u', mode);
  p.text(service_interface, "User", u.user);
  p.text(service_interface, "Group", u.users_group);
  if (p.failure()) return *p.failure();
  u.main = Pid{static_cast<std::int32_t>(main)};
  u.refuses_stop = refuses != 0;
  u.sends_sigkill = sigkill != 0;
  u.sends_sighup = sighup != 0;
  u.runtime_mode = fmt::format("{:04o}", mode);
  return std::optional<Unit>(std::move(u));
}

Result<void> reload_units() {
  auto bus = system_bus();
  if (!bus) return bus.error();
  ::sd_bus_set_method_call_timeout(bus->get(), reload_patience_us);
  sd_bus_error refusal = SD_BUS_ERROR_NULL;
  const int code =
      ::sd_bus_call_method(bus->get(), systemd_name, systemd_path, systemd_manager, "Reload", &refusal, nullptr, "");
  if (code < 0) return bus_failure("systemd did not read its units again", code, &refusal);
  return {};
}

Result<void> attach(const std::string& unit, Pid pid) {
  auto bus = system_bus();
  if (!bus) return bus.error();
  sd_bus_error refusal = SD_BUS_ERROR_NULL;
  const int code =
      ::sd_bus_call_method(bus->get(), systemd_name, systemd_path, systemd_manager, "AttachProcessesToUnit", &refusal,
                           nullptr, "ssau", unit.c_str(), "", 1, static_cast<std::uint32_t>(pid.n));
  if (code < 0) return bus_failure(fmt::format("{} did not take process {}", unit, pid.n), code, &refusal);
  return {};
}

}  // namespace slotwarden::adapters
