#include "observe/server.h"

#include <fmt/format.h>

#include "formats/cluster_nodes.h"
#include "formats/info.h"

namespace slotwarden::observe {

namespace {

std::vector<adapters::Command> questions(bool with_cluster, bool with_nodes) {
  std::vector<adapters::Command> all{{"INFO"}};
  if (with_cluster) all.push_back({"CLUSTER", "INFO"});
  if (with_nodes) all.push_back({"CLUSTER", "NODES"});
  return all;
}

// What passes by itself is no reason to tell anybody.
bool passing(std::string_view error) {
  return error.starts_with("LOADING") || error.starts_with("BUSY");
}

// The parsed reply; the first that is not there is named in `blind`.
template <class T>
std::optional<T> understood(std::string_view question, const adapters::Reply& reply,
                            Result<T> (*read)(std::string_view), std::string& blind) {
  std::string why = reply.text;
  if (!reply.is_error()) {
    auto parsed = read(reply.text);
    if (parsed) return std::move(*parsed);
    why = parsed.error().what;
  } else if (passing(reply.text)) {
    return std::nullopt;
  }
  if (blind.empty()) blind = fmt::format("{} was answered: {}", question, why);
  return std::nullopt;
}

}  // namespace

asio::awaitable<Result<Probe>> probe(adapters::RespConnection& server, std::chrono::milliseconds patience,
                                     bool with_cluster, bool with_nodes) {
  auto replies = co_await server.ask(questions(with_cluster, with_nodes), patience);
  if (!replies) co_return replies.error();
  Probe p;
  const auto& info = replies->front();
  if (info.is_error())
    p.trouble = info.text;
  else if (auto parsed = formats::server_info(info.text))
    p.info = std::move(*parsed);
  else
    p.trouble = "NOTINFO the reply to INFO was not understood: " + parsed.error().what;
  if (with_cluster) p.cluster = understood("CLUSTER INFO", (*replies)[1], formats::cluster_info, p.blind);
  if (with_nodes) p.view = understood("CLUSTER NODES", replies->back(), formats::cluster_nodes, p.blind);
  co_return p;
}

}  // namespace slotwarden::observe
