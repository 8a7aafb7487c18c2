#include "cli/live_line.h"

#include <algorithm>

#include "cli/print.h"
#include "control/json.h"

namespace slotwarden::cli {

namespace {

constexpr std::chrono::milliseconds patience{500};
constexpr std::chrono::seconds quiet{1};  // what takes no longer needs no line
constexpr std::size_t shown_at_most = 3;

// The first few, and how many more there are.
std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t n = 0; n < std::min(all.size(), shown_at_most); ++n) text += (n ? "; " : "") + all[n];
  if (all.size() > shown_at_most) text += "; and " + std::to_string(all.size() - shown_at_most) + " more";
  return text;
}

}  // namespace

std::string live_text(std::span<const control::SaveLine> saves) {
  std::vector<std::string> all;
  for (const auto& s : saves)
    if (s.running) all.push_back(std::to_string(s.port.n) + ": " + fork_text(*s.running));
  return joined(all);
}

std::string live_text(std::span<const control::InstanceStatus> all) {
  std::vector<std::string> texts;
  for (const auto& i : all)
    if (!i.note.empty()) texts.push_back(std::to_string(i.port.n) + ": " + printable(i.note));
  return joined(texts);
}

std::string live_text(std::span<const control::PortBackups> all) {
  std::vector<std::string> texts;
  for (const auto& b : all)
    if (!b.doing.empty()) texts.push_back(std::to_string(b.port.n) + ": " + printable(b.doing));
  return joined(texts);
}

LiveLine::LiveLine(const Console& c, const std::string& socket, std::string_view command,
                   std::span<const std::string> targets)
    : c_(c), targets_(targets.begin(), targets.end()) {
  if (!c.out_is_terminal) return;
  if (auto opened = Connection::open(socket)) daemon_.emplace(std::move(*opened));
  if (command == "SAVE")
    questions_ = {"SAVES"};
  else if (command == "REHEARSE")
    questions_ = {"BACKUPS"};
  else if (command == "RESTORE")
    questions_ = {"BACKUPS", "STATUS"};
  else
    questions_ = {"STATUS"};
}

std::string LiveLine::text(const std::string& question) {
  std::vector<std::string> argv{question};
  argv.insert(argv.end(), targets_.begin(), targets_.end());
  const auto answer = daemon_->ask(argv, patience);
  if (!answer || answer->is_error) {
    daemon_.reset();
    return "";
  }
  const auto j = control::read(answer->text);
  if (!j) return "";
  if (question == "SAVES") {
    const auto saves = control::saves_from_json(*j);
    return saves ? live_text(saves->saves) : "";
  }
  if (question == "BACKUPS") {
    const auto all = control::backups_from_json(*j);
    return all ? live_text(*all) : "";
  }
  const auto all = control::statuses_from_json(*j);
  return all ? live_text(*all) : "";
}

std::string LiveLine::text() {
  for (const auto& q : questions_) {
    if (!daemon_) break;
    if (auto told = text(q); !told.empty()) return told;
  }
  return "";
}

void LiveLine::draw() {
  if (!daemon_ || Clock::now() - began_ < quiet) return;
  const auto now = text();
  wipe();
  if (now.empty()) return;
  c_.err << now << std::flush;
  shown_ = true;
}

void LiveLine::wipe() {
  if (shown_) c_.err << "\r\033[K" << std::flush;
  shown_ = false;
}

}  // namespace slotwarden::cli
