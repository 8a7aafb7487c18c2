#include "formats/put_off.h"

#include "formats/lines.h"
#include "formats/numbers.h"

namespace slotwarden::formats {

std::string put_off_text(const std::vector<PutOff>& all) {
  std::string text;
  for (const auto& p : all)
    text += std::to_string(p.port.n) + " " + p.master.hex + " " + p.replica.hex + " " + p.at.host + " " +
            std::to_string(p.at.port.n) + " " + p.run_id + "\n";
  return text;
}

Result<std::vector<PutOff>> put_off(std::string_view text) {
  std::vector<PutOff> all;
  Lines lines(text);
  while (auto line = lines.next()) {
    const auto port = whole_number<std::uint16_t>(take_word(*line));
    const auto master = take_word(*line);
    const auto replica = take_word(*line);
    const auto host = take_word(*line);
    const auto at = whole_number<std::uint16_t>(take_word(*line));
    const auto run_id = take_word(*line);
    if (!port || !at || !is_hex40(master) || !is_hex40(replica) || run_id.empty() || !take_word(*line).empty())
      return line_error(lines.number(), "not a replica that was kept from elections");
    all.push_back({Port{*port}, NodeId{std::string(master)}, NodeId{std::string(replica)},
                   Endpoint{std::string(host), Port{*at}}, std::string(run_id)});
  }
  return all;
}

}  // namespace slotwarden::formats
