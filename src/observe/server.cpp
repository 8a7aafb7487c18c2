#include "observe/server.h"

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
  if (with_cluster && !(*replies)[1].is_error())
    if (auto parsed = formats::cluster_info((*replies)[1].text)) p.cluster = *parsed;
  if (with_nodes && !replies->back().is_error())
    if (auto parsed = formats::cluster_nodes(replies->back().text)) p.view = std::move(*parsed);
  co_return p;
}

}  // namespace slotwarden::observe
