#include "observe/server_settings.h"

#include <algorithm>

#include "formats/info.h"
#include "formats/server_settings.h"

namespace slotwarden::observe {

namespace {

std::vector<adapters::Command> questions() {
  return {{"CONFIG", "GET", "*"}, {"ACL", "GETUSER", "default"}, {"INFO"}};
}

// Whether a password is set is a fact; the password is none.
formats::RunningSettings settings_of(const adapters::Reply& reply, Tri& password) {
  formats::RunningSettings all;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const auto& name = reply.items[i].text;
    const auto& value = reply.items[i + 1].text;
    if (name == "requirepass") password = value.empty() ? Tri::no : Tri::yes;
    if (!formats::is_secret(name)) all.emplace(name, value);
  }
  return all;
}

// "flags", [...], "passwords", [...], "commands", "+@all", …
void read_default_user(const adapters::Reply& reply, ServerSeen& server) {
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const auto& name = reply.items[i].text;
    const auto& value = reply.items[i + 1];
    if (name == "commands") server.default_user_commands = value.text;
    if (name != "flags") continue;
    const auto has = [&](std::string_view flag) {
      return std::ranges::find(value.items, flag, &adapters::Reply::text) != value.items.end();
    };
    server.settings.password = has("nopass") && !has("off") ? Tri::no : Tri::yes;
  }
}

void read_info(const adapters::Reply& reply, ServerSeen& server) {
  const auto info = formats::server_info(reply.text);
  if (!info) return;
  server.used_memory = info->used_memory;
  server.config_file = info->config_file;
}

}  // namespace

asio::awaitable<Result<void>> ask_settings(adapters::RespConnection& connection, std::chrono::milliseconds patience,
                                           const std::vector<formats::Directive>& file, ServerSeen& server) {
  auto asked = questions();
  auto replies = co_await connection.ask(std::move(asked), patience);
  if (!replies) co_return replies.error();
  const auto& settings = (*replies)[0];
  if (settings.is_error()) co_return Error{"CONFIG GET was answered: " + settings.text};
  Tri password = Tri::unknown;
  const auto running = settings_of(settings, password);
  server.settings = formats::server_settings(running);
  server.settings.password = password;
  server.differences = formats::differences(file, running);
  if (!(*replies)[1].is_error()) read_default_user((*replies)[1], server);
  if (!(*replies)[2].is_error()) read_info((*replies)[2], server);
  co_return Result<void>{};
}

}  // namespace slotwarden::observe
