#include "run/host_repair.h"

#include <fmt/format.h>

#include "act/cluster.h"
#include "act/host.h"
#include "formats/numbers.h"
#include "observe/host_settings.h"

using namespace std::chrono_literals;

namespace slotwarden::run {

namespace {

constexpr auto patience = 2s;

Result<std::string> said(std::string text) {
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

Result<std::string> write_file(const Repair& r) {
  const auto before = observe::setting_value(r.target);
  if (auto written = act::write_setting(r.target, r.value); !written) return written.error();
  return said(fmt::format("{}: {} is {} now", r.target, before ? *before : "what was there", r.value));
}

Result<std::string> raise_limit(const Repair& r) {
  const auto wanted = formats::whole_number<std::uint64_t>(r.value);
  if (!wanted) return Error{"not a limit: " + r.value};
  const auto now = act::raise_nofile(r.pid, *wanted);
  if (!now) return now.error();
  if (now->soft >= *wanted) return said(fmt::format("process {} may open {} descriptors now", r.pid.n, now->soft));
  return Error{
      fmt::format("process {} may open {} descriptors now, of {}: its hard limit cannot be raised without "
                  "CAP_SYS_RESOURCE. Restart it through slotwarden, with a LimitNOFILE of the daemon that "
                  "allows it",
                  r.pid.n, now->soft, *wanted)};
}

std::vector<adapters::Command> question(std::string name) {
  return {{"CONFIG", "GET", std::move(name)}};
}

asio::awaitable<Result<std::string>> value_of(adapters::RespConnection& server, std::string name) {
  auto asked = question(name);
  auto replies = co_await server.ask(std::move(asked), patience);
  if (!replies) co_return replies.error();
  const auto& pair = replies->front().items;
  if (pair.size() != 2) co_return Error{"CONFIG GET " + name + " was not answered"};
  co_return said(pair[1].text);
}

asio::awaitable<Result<std::string>> set_and_verify(const Repair& r, adapters::RespConnection& server) {
  const auto before = co_await value_of(server, r.target);
  auto set = co_await act::set_config(server, r.target, r.value);
  if (!set) co_return set.error();
  const auto after = co_await value_of(server, r.target);
  if (!after) co_return after.error();
  // A value of several words is one line of a longer setting.
  const bool whole = r.value.find(' ') == r.value.npos;
  if (whole && *after != r.value)
    co_return Error{fmt::format("{} {} was accepted, and is {}", r.target, r.value, *after)};
  co_return said(fmt::format("{} {}: {} is {} now", r.port.n, r.target, before ? *before : "what it was", r.value));
}

}  // namespace

asio::awaitable<Result<std::string>> carry_out(Repair repair, adapters::RespConnection* connection) {
  switch (repair.how) {
    case Repair::How::kernel_file: co_return write_file(repair);
    case Repair::How::nofile: co_return raise_limit(repair);
    case Repair::How::server_setting: break;
  }
  if (!connection) co_return Error{fmt::format("no connection to {}", repair.port.n)};
  co_return co_await set_and_verify(repair, *connection);
}

std::string to_text(const FoundValues& found) {
  std::string text;
  for (const auto& [file, value] : found) text += file + "\t" + value + "\n";
  return text;
}

Result<FoundValues> found_values(const std::string& text) {
  FoundValues found;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto tab = text.find('\t', at);
    if (end == text.npos || tab == text.npos || tab > end || text[at] != '/')
      return Error{"the values found on this host are not in their form"};
    found[text.substr(at, tab - at)] = text.substr(tab + 1, end - tab - 1);
    at = end + 1;
  }
  return found;
}

std::vector<control::Outcome> put_back(const FoundValues& found) {
  std::vector<control::Outcome> all;
  for (const auto& [file, value] : found) {
    const auto now = observe::setting_value(file);
    if (now && *now == value) {
      all.push_back({Port{}, control::Done::already, "", fmt::format("{} is {}", file, value)});
      continue;
    }
    const auto written = act::write_setting(file, value);
    all.push_back({Port{}, written ? control::Done::done : control::Done::failed, "",
                   written ? fmt::format("{}: {} is {} again", file, now ? *now : "what was there", value)
                           : written.error().what});
  }
  if (all.empty()) all.push_back({Port{}, control::Done::already, "", "nothing of this host was ever changed"});
  return all;
}

}  // namespace slotwarden::run
