#include "cli/line_editor.h"

#include <fcntl.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "cli/completion.h"

namespace slotwarden::cli {

struct LineEditor::State {
  struct Free {
    void operator()(EditLine* e) const noexcept { el_end(e); }
    void operator()(History* h) const noexcept { history_end(h); }
  };
  std::string prompt;
  std::string history_path;
  Instances instances;
  std::unique_ptr<History, Free> history;
  std::unique_ptr<EditLine, Free> editor;
};

namespace {

LineEditor::State& state_of(EditLine* editor) {
  void* data = nullptr;
  el_get(editor, EL_CLIENTDATA, &data);
  return *static_cast<LineEditor::State*>(data);
}

char* show_prompt(EditLine* editor) {
  return state_of(editor).prompt.data();
}

std::string common_beginning(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const std::string& w : words) {
    const auto end = std::ranges::mismatch(common, w).in1;
    common.erase(end, common.end());
  }
  return common;
}

void list(const std::vector<std::string>& words) {
  std::string out = "\n";
  for (const std::string& w : words) out += w + "  ";
  std::fputs((out + "\n").c_str(), stdout);
}

// Tab: inserts what all completions share, and lists them when that is nothing.
unsigned char complete(EditLine* editor, int) {
  try {
    const LineInfo* line = el_line(editor);
    const std::string typed(line->buffer, line->cursor);
    const std::vector<std::string> words = completions(typed, state_of(editor).instances());
    if (words.empty()) return CC_ERROR;
    const std::size_t begun = typed.size() - (typed.find_last_of(" \t") + 1);
    std::string missing = common_beginning(words).substr(begun);
    if (words.size() == 1) missing += ' ';
    if (missing.empty()) {
      list(words);
      return CC_REDISPLAY;
    }
    return el_insertstr(editor, missing.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  } catch (const std::exception&) {  // must not pass through C
    return CC_ERROR;
  }
}

}  // namespace

LineEditor::LineEditor(std::string prompt, const std::string& history_file, Instances instances)
    : state_(std::make_unique<State>()) {
  state_->prompt = std::move(prompt);
  state_->instances = std::move(instances);
  if (const char* home = std::getenv("HOME")) state_->history_path = std::string(home) + "/" + history_file;
  state_->history.reset(history_init());
  state_->editor.reset(el_init("slotwardenctl", stdin, stdout, stderr));
  HistEvent event;
  history(state_->history.get(), &event, H_SETSIZE, 1000);
  history(state_->history.get(), &event, H_SETUNIQUE, 1);
  if (!state_->history_path.empty()) history(state_->history.get(), &event, H_LOAD, state_->history_path.c_str());
  EditLine* editor = state_->editor.get();
  el_set(editor, EL_CLIENTDATA, state_.get());
  el_set(editor, EL_PROMPT, show_prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_SIGNAL, 1);
  el_set(editor, EL_HIST, history, state_->history.get());
  el_set(editor, EL_ADDFN, "complete", "complete a command or an instance", complete);
  el_set(editor, EL_BIND, "^I", "complete", nullptr);
  el_source(editor, nullptr);  // ~/.editrc
}

LineEditor::~LineEditor() {
  if (state_->history_path.empty()) return;
  // Made before libedit writes it, so that nobody else can ever read what was typed.
  const int fd = ::open(state_->history_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  const bool closed_to_others = ::fchmod(fd, 0600) == 0;
  ::close(fd);
  HistEvent event;
  if (closed_to_others) history(state_->history.get(), &event, H_SAVE, state_->history_path.c_str());
}

std::optional<std::string> LineEditor::read() {
  int size = 0;
  errno = 0;
  const char* raw = el_gets(state_->editor.get(), &size);
  if (!raw && errno == EINTR) {
    std::fputs("\n", stdout);
    return "";
  }
  if (!raw || size <= 0) return std::nullopt;
  std::string line(raw, static_cast<std::size_t>(size));
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  HistEvent event;
  if (line.find_first_not_of(" \t") != std::string::npos) history(state_->history.get(), &event, H_ENTER, line.c_str());
  return line;
}

}  // namespace slotwarden::cli
