#include "control/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "control/commands.h"
#include "control/words.h"

namespace slotwarden::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

Result<Request> typed(std::string_view line) {
  const auto words = split_words(line);
  if (!words) return words.error();
  return parse(*words);
}

Request understood(std::string_view line) {
  const auto r = typed(line);
  EXPECT_TRUE(r.has_value()) << line << ": " << (r ? "" : r.error().what);
  return r ? *r : Request{};
}

std::string complaint(std::string_view line) {
  const auto r = typed(line);
  EXPECT_FALSE(r.has_value()) << line << " was understood";
  return r ? "" : r.error().what;
}

TEST(Request, IsUnderstoodForEveryCommandOfTheTable) {
  for (const CommandText& c : commands()) {
    std::vector<std::string> argv{std::string(c.name)};
    if (c.takes_signal) argv.emplace_back("HUP");
    if (c.takes == Takes::some_instances) argv.emplace_back("all");
    if (c.takes == Takes::one_port) argv.emplace_back("7000");
    if (c.takes == Takes::channel) argv.emplace_back("events");
    if (c.takes == Takes::host_words) argv.emplace_back("restore");
    if (c.takes == Takes::certificates) argv.emplace_back("show");
    if (c.takes == Takes::inspection) argv.insert(argv.end(), {"dataset", "7000"});
    if (c.name == "ACCEPT-DATA") argv.insert(argv.end(), {"--from", "/dump.rdb", "--reason", "why"});
    if (c.name == "RESTORE") argv.insert(argv.end(), {"--generation", "a.rdb", "--reason", "why"});
    const auto r = parse(argv);
    ASSERT_TRUE(r.has_value()) << c.name << ": " << r.error().what;
    EXPECT_EQ(r->command, c.name);
  }
}

TEST(Request, TakesEveryOptionThatTheTableNamesAndNoOther) {
  for (const CommandText& c : commands())
    for (const OptionText& o : c.options) {
      std::vector<std::string> argv{std::string(c.name), "7000", std::string(o.name)};
      if (!o.value.empty()) argv.emplace_back("1");
      if (c.name == "ACCEPT-DATA") argv.insert(argv.end(), {"--from", "/dump.rdb", "--reason", "why"});
      if (c.name == "RESTORE") argv.insert(argv.end(), {"--generation", "a.rdb", "--reason", "why"});
      if (o.name == "--force" || o.name == "--in-place") argv.insert(argv.end(), {"--reason", "why"});
      const auto r = parse(argv);
      EXPECT_EQ(r.has_value(), !o.of_slotwardenctl) << c.name << " " << o.name << (r ? "" : ": " + r.error().what);
    }
}

TEST(Request, KeepsTargetsAndOptionsWhereverTheOptionsStand) {
  const Request r = understood("restart --in-place 7000 --reason \"disk swap\" storage 7001");
  EXPECT_EQ(r.command, "RESTART");
  EXPECT_THAT(r.targets, ElementsAre("7000", "storage", "7001"));
  EXPECT_TRUE(r.options.in_place);
  EXPECT_FALSE(r.options.take_back);
  EXPECT_EQ(r.reason, "disk swap");
}

TEST(Request, TakesValuesAttachedWithAnEqualsSign) {
  EXPECT_EQ(understood("EVENTS --limit=50 7000").limit, 50);
  EXPECT_EQ(understood("TAIL 7000 -c 512").bytes, 512);
}

TEST(Request, ReadsSignalsInEveryCustomaryForm) {
  EXPECT_EQ(understood("SIGNAL sighup 7000").signal, "HUP");
  EXPECT_EQ(understood("SIGNAL Term all").signal, "TERM");
  EXPECT_EQ(signal_number("SIGKILL"), SIGKILL);
  EXPECT_EQ(signal_number("usr1"), SIGUSR1);
  EXPECT_EQ(signal_number("9"), std::nullopt);
  EXPECT_EQ(signal_number(""), std::nullopt);
}

TEST(Request, MakesAReasonOneLineSoThatNoLogLineCanBeForged) {
  const std::vector<std::string> argv{"HOLD", "7000", "--reason", "one\r\ntwo"};
  EXPECT_EQ(parse(argv)->reason, "one  two");
}

struct Wrong {
  std::string line;
  std::string says;
};

TEST(Request, SaysWhatIsWrongAndHowToWriteIt) {
  const std::vector<Wrong> wrong{
      {"start", "it wants ports, a policy's name or all"},
      {"tail", "it wants a port"},
      {"tail all", "'all' is not a port"},
      {"tail 7000 7001", "it takes one port"},
      {"stop 70000", "'70000' is neither a port (1 to 65535) nor all nor a policy's name"},
      {"stop 0", "neither a port"},
      {"stop 07000", "neither a port"},
      {"stop 7000x", "neither a port"},
      {"stop ../etc", "neither a port"},
      {"start 7000 --force", "--force needs --reason"},
      {"start 7000 --force --reason \" \"", "--reason wants a text"},
      {"start 7000 --force --reason", "--reason wants a value: --reason TEXT"},
      {"stop 7000 --in-place", "--in-place needs --reason"},
      {"restart 7000 --in-place --take-back --reason x", "with --in-place there is none"},
      {"restart 7000 --force", "it has no option '--force'"},
      {"restart 7000 --in-place=yes --reason x", "--in-place takes no value"},
      {"events --limit 0", "--limit wants a number from 1 to 100000, not '0'"},
      {"events --limit 12x", "not '12x'"},
      {"events --limit 99999999999999999999", "--limit wants a number"},
      {"tail 7000 --bytes 1000000", "--bytes wants a number from 1 to 32768"},
      {"signal", "it wants a signal's name"},
      {"signal 7000", "'7000' is not a signal's name"},
      {"signal HUP", "it wants ports"},
      {"version 7000", "it takes no argument, and there is '7000'"},
      {"help frobnicate", "there is no command 'frobnicate'"},
      {"help start stop", "it takes one command"},
      {"subscribe", "it wants the channel: events"},
      {"subscribe news", "the only channel is events"},
  };
  for (const Wrong& w : wrong) {
    const std::string said = complaint(w.line);
    const std::string command = w.line.substr(0, w.line.find(' '));
    EXPECT_THAT(said, StartsWith("USAGE ")) << w.line;
    EXPECT_THAT(said, HasSubstr(w.says)) << w.line;
    EXPECT_THAT(said, HasSubstr("Usage: " + form(*find_command(command)))) << w.line;
  }
}

TEST(Request, SuggestsTheCommandThatWasMeant) {
  EXPECT_EQ(complaint("restrat 7000"), "UNKNOWN there is no command 'restrat'; did you mean restart?");
  EXPECT_THAT(complaint("stat"), ::testing::EndsWith("did you mean status?")) << "it begins no other";
  EXPECT_EQ(complaint("frobnicate"), "UNKNOWN there is no command 'frobnicate'; try: help");
  EXPECT_THAT(parse({}).error().what, StartsWith("USAGE "));
}

TEST(Request, QuotesNoControlCharacterOfAStranger) {
  const std::vector<std::string> argv{"A\r\n+OK\r\n\x1b[2J" + std::string(500, 'x')};
  const std::string said = parse(argv).error().what;
  EXPECT_EQ(said.find_first_of("\r\n\x1b"), std::string::npos);
  EXPECT_LT(said.size(), 200U);
}

TEST(Request, BecomesArgumentsThatMeanTheSame) {
  for (const std::string_view line : {"START 7000 7001 --force --reason \"I know\"",
                                      "RESTART all --take-back",
                                      "ROLLING-RESTART storage --resume",
                                      "STOP 7000 --in-place --reason x",
                                      "EVENTS 7000 --limit 5",
                                      "TAIL 7000 --bytes 100",
                                      "SIGNAL HUP 7000",
                                      "HELP START",
                                      "SUBSCRIBE events",
                                      "STATUS",
                                      "HOST print sysctl",
                                      "HOST restore",
                                      "INSPECT dump /a/b.rdb",
                                      "INSPECT dataset 7000",
                                      "ACCEPT-DATA 7000 --from /b/dump.rdb --reason x",
                                      "ACCEPT-DATA 7000 --from 20261121T110128Z.rdb --reason x",
                                      "RESTORE 7000 --generation 20261121T110128Z.rdb --reason x",
                                      "RESTORE 7000 --plan --generation a.rdb",
                                      "BACKUPS",
                                      "BACKUPS 7000 storage",
                                      "BACKUPS verify all",
                                      "BACKUPS export 7000 a.rdb /off-site"}) {
    const Request r = understood(line);
    const Result<Request> again = parse(argv_of(r));
    ASSERT_TRUE(again.has_value()) << line << ": " << again.error().what;
    EXPECT_EQ(argv_of(*again), argv_of(r)) << line;
    EXPECT_EQ(again->targets, r.targets);
    EXPECT_EQ(again->reason, r.reason);
    EXPECT_EQ(again->options.force, r.options.force);
    EXPECT_EQ(again->options.resume, r.options.resume);
    EXPECT_EQ(again->limit, r.limit);
    EXPECT_EQ(again->file, r.file);
    EXPECT_EQ(again->topic, r.topic);
    EXPECT_EQ(again->into, r.into);
  }
}

TEST(Request, VerifiesInstancesAndExportsOneGenerationIntoADirectory) {
  EXPECT_EQ(understood("backups verify").topic, "verify");
  EXPECT_THAT(understood("backups verify 7000 7001").targets, ElementsAre("7000", "7001"));
  const Request r = understood("backups export 7000 20261121T110128Z.rdb /off-site");
  EXPECT_EQ(r.file, "20261121T110128Z.rdb");
  EXPECT_EQ(r.into, "/off-site");
  for (const auto& [line, why] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"backups export", "it wants a port"},
           {"backups export all a.rdb /b", "'all' is not a port"},
           {"backups export 7000", "it wants the generation"},
           {"backups export 7000 ../dump.rdb /b", "is not the name of a generation"},
           {"backups export 7000 a.rdb", "it wants the directory"},
           {"backups export 7000 a.rdb /b /c", "one generation at a time"}})
    EXPECT_THAT(complaint(line), HasSubstr(why)) << line;
}

TEST(Request, AcceptsDataOnlyOfOnePortFromAFileOrACopyAndWithAReason) {
  EXPECT_EQ(understood("accept-data 7000 --from /b/dump.rdb --reason x").file, "/b/dump.rdb");
  EXPECT_EQ(understood("accept-data 7000 --from 20261121T110128Z.rdb --reason x").file, "20261121T110128Z.rdb");
  for (const auto& [line, why] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"accept-data --from /b --reason x", "it wants a port"},
           {"accept-data all --from /b --reason x", "is not a port"},
           {"accept-data 7000 --reason x", "it wants --from"},
           {"accept-data 7000 --from /b", "it needs --reason"},
           {"accept-data 7000 --from b/dump.rdb --reason x", "from the root"}})
    EXPECT_THAT(complaint(line), HasSubstr(why)) << line;
}

TEST(Request, InspectsOneDumpOrOnePortsDataset) {
  EXPECT_EQ(understood("inspect dump dump.rdb").file, "dump.rdb");
  EXPECT_THAT(understood("inspect dataset 7000").targets, ElementsAre("7000"));
  for (const auto& [line, why] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"inspect", "it wants dump or dataset"},
           {"inspect dump", "it wants a file"},
           {"inspect dataset", "it wants a port"},
           {"inspect dataset storage", "'storage' is not a port"},
           {"inspect file x", "it inspects a dump or a dataset, not 'file'"},
           {"inspect dump a b", "it inspects one at a time"}})
    EXPECT_THAT(complaint(line), HasSubstr(why)) << line;
}

TEST(PortTarget, IsAPortAndNothingElse) {
  EXPECT_EQ(port_target("7000"), Port{7000});
  EXPECT_EQ(port_target("65535"), Port{65535});
  for (const std::string_view no : {"", "0", "65536", "7000 ", "-1", "+7", "all", "7e3"})
    EXPECT_EQ(port_target(no), std::nullopt) << no;
}

TEST(SplitWords, KeepsQuotedBlanksAndRefusesAnOpenQuote) {
  EXPECT_THAT(*split_words("a  'b c' \"d \\\" e\"f"), ElementsAre("a", "b c", "d \" ef"));
  EXPECT_THAT(*split_words(" \t "), IsEmpty());
  EXPECT_THAT(*split_words("hold ''"), ElementsAre("hold", ""));
  EXPECT_EQ(split_words("say \"hello").error().what, "a quote is not closed");
}

TEST(Request, RestoresOnlyAGenerationThatIsNoPath) {
  EXPECT_EQ(understood("restore 7000 --generation a.rdb --reason x").file, "a.rdb");
  EXPECT_TRUE(understood("restore 7000 --generation a.rdb --plan").options.plan);
  for (const auto& [line, wrong] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"restore 7000 --reason x", "it wants --generation"},
           {"restore 7000 --generation a.rdb", "it needs --reason"},
           {"restore 7000 --generation ../a.rdb --reason x", "is not the name"},
           {"restore 7000 --generation .a --reason x", "is not the name"},
           {"restore all --generation a.rdb --reason x", "is not a port"}})
    EXPECT_THAT(complaint(line), HasSubstr(wrong)) << line;
}

}  // namespace
}  // namespace slotwarden::control
