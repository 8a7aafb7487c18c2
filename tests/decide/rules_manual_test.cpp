// docs/rules.md is written from the tables: this test compares the two, and writes the file when UPDATE_DOCS=1 is set.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "decide/adopt.h"
#include "decide/arrival.h"
#include "decide/certificate.h"
#include "decide/compare.h"
#include "decide/full_sync.h"
#include "decide/handover.h"
#include "decide/health.h"
#include "decide/kept.h"
#include "decide/lifecycle.h"
#include "decide/quarantine.h"
#include "decide/receive.h"
#include "decide/rehearsal.h"
#include "decide/retention.h"
#include "decide/save.h"
#include "decide/save_watch.h"
#include "decide/start.h"
#include "decide/succession.h"
#include "decide/take_over.h"
#include "decide/transfer.h"

namespace slotwarden::decide {
namespace {

struct Chapter {
  std::string_view title;
  std::string_view about;
  std::span<const RuleText> rules;
};

std::vector<Chapter> chapters() {
  return {
      {"Who owns a dead master's slots now?",
       "Succession. Asked the moment the process of a master that owns slots is gone. `go` means that the question is "
       "answered: somebody succeeded it, or it is proven that nobody can.",
       succession_rules()},
      {"May this server start?",
       "The start gate. `refuse` needs somebody to act; `wait` ends by itself when the cluster or this host shows what "
       "is "
       "missing.",
       start_rules()},
      {"May a kept copy take the dataset's place?",
       "Asked of every copy in `slotwarden-kept`, where a dataset that is missing, damaged or shrunken holds the start "
       "and nobody can succeed the master. `slotwardenctl explain PORT` shows the answer for each of them.",
       kept_rules()},
      {"May the named dump take the dataset's place?",
       "Asked by `slotwardenctl accept-data PORT --from FILE|NAME --reason \"…\"`.", named_rules()},
      {"May what another host offers be received?",
       "Asked before a byte of a generation travels to the host of the master that it is for. What is refused is told "
       "as "
       "`peer-refused`.",
       receive_rules()},
      {"Does a generation travel whole, or as what changed?",
       "Answered by the host that sends, from the time that each way would take.", transfer_rules()},
      {"A copy of a shard's data has arrived: what becomes of it?",
       "Asked of a generation that a replica saved, beside its master's data. `refuse` throws it away; `wait` keeps it "
       "beside the dump; nothing is loaded before the server's next start.",
       arrival_rules()},
      {"Which generations of backups stay?",
       "Retention. Asked after each new generation; `refuse` removes it, and only generations are ever removed.",
       retention_rules()},
      {"Does a server load the newest generation?",
       "Rehearsals. Asked before a generation is loaded in a server of its own, meanwhile, and of what it then holds.",
       rehearsal_rules()},
      {"May its replicas copy from it?",
       "Quarantine. A server that starts in place of a master keeps its replicas waiting until its keys were counted. "
       "`refuse` ends it.",
       quarantine_rules()},
      {"May it be stopped, and who takes over first?", "Hand-over. Asked before every planned stop or restart.",
       handover_rules()},
      {"It does not answer: is it dead?", "Health. `wait` leaves it alone, `refuse` ends it.", health_rules()},
      {"Is the server that runs there ours?",
       "Adoption. Asked when the daemon starts. What is refused is a stranger, and is not touched.", adopt_rules()},
      {"May a server that runs without slotwarden be taken over as it is?",
       "Taking over. Asked by `slotwardenctl adopt` of every such server, and by the daemon once more before it is "
       "done. `go` touches no process.",
       take_over_rules()},
      {"May a server be given back?", "Asked by `slotwardenctl give-back`.", give_back_rules()},
      {"May it be saved now?",
       "Saves. Asked of every server once a second; `slotwardenctl saves` shows the answers. `go` gives it a lease, "
       "`wait` ends by itself, what is refused is never saved by slotwarden.",
       save_rules()},
      {"A child copies memory: may it go on?",
       "The watch over saves. Asked several times a second while any server of the host forks. `wait` leaves the child "
       "alone for now, `refuse` ends it.",
       save_watch_rules()},
      {"Replicas ask for a full sync: when does it begin?",
       "Full syncs. Asked once a second while any replica waits for a master of this host; `wait` keeps it waiting "
       "with "
       "its data intact.",
       full_sync_rules()},
      {"Is this host's certificate believed?",
       "Asked every hour where generations travel to or from other hosts; `slotwardenctl doctor` tells of it.",
       certificate_rules()},
  };
}

std::string manual() {
  std::ostringstream out;
  out << "# The rules\n\n"
         "Every decision is a ladder: the first rule that applies answers. A rule's name is stable; `slotwardenctl "
         "explain PORT` names the one that rules, with every fact that it rests on. PORT stands for the instance's "
         "port. "
         "This file is written from the tables in `src/decide`.\n";
  for (const auto& chapter : chapters()) {
    out << "\n## " << chapter.title << "\n\n" << chapter.about << '\n';
    for (const auto& r : chapter.rules) {
      out << "\n### " << r.rule << "\n\n**" << name(r.ruling) << ".** " << r.because << '\n';
      if (!r.release.empty()) out << "\n*What changes it:* " << r.release << '\n';
    }
  }
  out << "\n## Which of two copies of a shard's data is the fresher?\n\nComparison. Asked of a dump, a backup, a "
         "running "
         "server and the record, before one takes another's place. It allows nothing by itself.\n";
  for (const auto& r : compare_rules())
    out << "\n### " << r.rule << "\n\n**" << r.answer << ".** " << r.because << '\n';
  out << "\n## The states of a server\n\n```mermaid\n" << lifecycle_diagram() << "```\n";
  return out.str();
}

TEST(rules_manual, IsWhatTheTablesSay) {
  const std::string path = std::string(DOCS_DIR) + "/rules.md";
  const auto wanted = manual();
  if (const char* update = std::getenv("UPDATE_DOCS"); update && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::trunc) << wanted;
  }
  std::ifstream file(path);
  std::stringstream found;
  found << file.rdbuf();
  // Not EXPECT_EQ: two whole manuals in the output help nobody.
  EXPECT_TRUE(found.str() == wanted) << path
                                     << " does not say what the tables say; run: UPDATE_DOCS=1 ctest -R rules_manual";
}

TEST(rules_manual, NamesEveryRuleOnceWithinItsDecision) {
  for (const auto& chapter : chapters()) {
    std::set<std::string_view> names;
    for (const auto& r : chapter.rules) EXPECT_TRUE(names.insert(r.rule).second) << r.rule;
  }
}

TEST(rules_manual, NamesEveryRuleOfAComparisonOnce) {
  std::set<std::string_view> names;
  for (const auto& r : compare_rules()) {
    EXPECT_TRUE(names.insert(r.rule).second) << r.rule;
    EXPECT_TRUE(r.because.ends_with('.')) << r.rule;
  }
}

TEST(rules_manual, SpeaksInWholeSentencesWithoutNumbers) {
  for (const auto& chapter : chapters())
    for (const auto& r : chapter.rules) {
      EXPECT_TRUE(r.because.ends_with('.')) << r.rule;
      EXPECT_EQ(r.because.find_first_of("0123456789"), std::string_view::npos) << r.rule;
      EXPECT_EQ(r.release.find_first_of("0123456789"), std::string_view::npos) << r.rule;
      EXPECT_EQ(r.release.empty(), r.ruling == Ruling::go) << r.rule;
    }
}

}  // namespace
}  // namespace slotwarden::decide
