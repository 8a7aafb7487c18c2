#include "control/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/event_json.h"
#include "control/explanation.h"
#include "control/outcome.h"
#include "control/replies.h"
#include "control/timestamp.h"

namespace slotwarden::control {
namespace {

using ::testing::HasSubstr;

const std::string node(40, 'a');

InstanceStatus running() {
  return {.port = {7000},
          .state = ProcessState::running,
          .role = Role::master,
          .policy = "storage",
          .pid = {4711},
          .since_unix_ms = 1795247915042,
          .node_id = {node},
          .keys = 1003,
          .hold = {},
          .note = {}};
}

InstanceStatus held() {
  InstanceStatus s = running();
  s.state = ProcessState::held;
  s.pid = {};
  s.keys.reset();
  s.hold = Hold{"succession-open", "it owns slots and nobody has taken them over", "a replica becomes master"};
  s.note = "last exit: signal 9";
  return s;
}

TEST(StatusJson, HasTheKeysOfTheContractInTheirOrder) {
  EXPECT_EQ(write(to_json(running())),
            R"({"port":7000,"state":"RUNNING","role":"master","policy":"storage","pid":4711,)"
            R"("since":"2026-11-21T07:58:35.042Z","node_id":")" +
                node + R"(","keys":1003})");
}

TEST(StatusJson, IsNullForWhatIsNotKnownAndTellsTheHold) {
  const Json j = to_json(held());
  EXPECT_TRUE(j["pid"].is_null());
  EXPECT_TRUE(j["keys"].is_null());
  EXPECT_EQ(j["hold"]["rule"], "succession-open");
  EXPECT_EQ(j["hold"]["release"], "a replica becomes master");
  EXPECT_EQ(j["note"], "last exit: signal 9");
}

TEST(StatusJson, ComesBackAsItWas) {
  const std::vector<InstanceStatus> all{running(), held(), InstanceStatus{.port = {1}}};
  const auto again = statuses_from_json(*read(write(to_json(all))));
  ASSERT_TRUE(again.has_value()) << again.error().what;
  EXPECT_EQ(*again, all);
}

TEST(StatusSummary, CountsByStateAndNamesWhatIsHeld) {
  EXPECT_EQ(summary({}), "no servers are configured");
  EXPECT_EQ(summary(std::vector{running()}), "1 server: 1 running");
  auto other = held();
  other.port = Port{7001};
  const std::vector<InstanceStatus> all{running(), held(), running(), other};
  EXPECT_EQ(summary(all), "4 servers: 2 running, 2 held (7000: succession-open, 7001: succession-open)");
}

TEST(StatusJson, UnderstandsANewerDaemon) {
  Json j = to_json(running());
  j["invented_later"] = {1, 2, 3};
  EXPECT_EQ(*status_from_json(j), running());
}

TEST(StatusJson, NamesTheMemberThatIsWrong) {
  const auto says = [](std::string_view key, const Json& value) {
    Json j = to_json(running());
    j[std::string(key)] = value;
    const auto s = status_from_json(j);
    return s ? std::string("nothing") : s.error().what;
  };
  EXPECT_EQ(says("port", 65536), "a status has a 'port' that is not a whole number of its range");
  EXPECT_EQ(says("port", "7000"), "a status has a 'port' that is not a whole number of its range");
  EXPECT_EQ(says("port", nullptr), "a status has no port");
  EXPECT_EQ(says("state", "DANCING"), "a status has a 'state' that is not one of the words that belong there");
  EXPECT_EQ(says("since", "yesterday"), "a status has a 'since' that is not an RFC 3339 time");
  EXPECT_EQ(says("keys", -1), "a status has a 'keys' that is not a whole number of its range");
  EXPECT_EQ(says("hold", 7), "a hold is not an object");
  EXPECT_EQ(status_from_json(Json("x")).error().what, "a status is not an object");
  EXPECT_EQ(statuses_from_json(Json(7)).error().what, "the answer is not an array");
}

TEST(ExplanationJson, ComesBackAsItWasAndAddsToTheStatus) {
  const Explanation e{
      .status = held(),
      .verdict = explained({Ruling::wait, "succession-open", "who owns its slots is not settled", "an election"}),
      .facts = {{"majority", "yes", "CLUSTER NODES of 127.0.0.1:7001", 12}, {"dataset", "unknown", "", {}}},
      .succession = ExplainedVerdict{Ruling::refuse, "no-replica", "there is none", ""},
      .would_release = {"a replica becomes master"},
      .may_lose = {"up to 512 bytes of writes"}};
  const Json j = to_json(e);
  EXPECT_EQ(j["port"], 7000);
  EXPECT_EQ(j["verdict"]["rule"], "succession-open");
  EXPECT_EQ(j["evidence"][0]["source"], "CLUSTER NODES of 127.0.0.1:7001");
  EXPECT_EQ(j["evidence"][0]["age_ms"], 12);
  EXPECT_TRUE(j["evidence"][1]["age_ms"].is_null());
  const auto again = explanation_from_json(*read(write(j)));
  ASSERT_TRUE(again.has_value()) << again.error().what;
  EXPECT_EQ(*again, e);
}

TEST(ExplanationJson, IsRefusedWithoutAVerdict) {
  EXPECT_EQ(explanation_from_json(to_json(running())).error().what, "an explanation has no verdict");
}

TEST(OutcomeJson, ComesBackAsItWas) {
  const std::vector<Outcome> all{{{7000}, Done::refused, "no-synced-replica", "nobody could take over"},
                                 {{0}, Done::done, "", "the daemon ends"}};
  EXPECT_EQ(*outcomes_from_json(*read(write(to_json(all)))), all);
  EXPECT_TRUE(to_json(all)[1]["port"].is_null());
}

TEST(EventJson, ComesBackAsItWasWithItsMilliseconds) {
  const Event e{17, 1795247915007, {7000}, "exited", "", "signal 9 (SIGKILL)"};
  const Json j = to_json(e);
  EXPECT_EQ(j["at"], "2026-11-21T07:58:35.007Z");
  EXPECT_TRUE(j["rule"].is_null());
  const auto again = event_from_json(j);
  ASSERT_TRUE(again.has_value()) << again.error().what;
  EXPECT_EQ(again->at_unix_ms, e.at_unix_ms);
  EXPECT_EQ(again->id, e.id);
  EXPECT_EQ(again->port, e.port);
  EXPECT_EQ(again->event, e.event);
  EXPECT_EQ(again->detail, e.detail);
  EXPECT_EQ(event_from_json(Json::object()).error().what, "an event has no time");
}

TEST(RepliesJson, ComeBackAsTheyWere) {
  EXPECT_EQ(tail_from_json(to_json(TailReply{{7000}, "", "line\n", true, {}, "redis-7000"}))->journal, "redis-7000");
  const auto tail = tail_from_json(to_json(TailReply{{7000}, "/var/log/x", "line\n", true, 512}));
  EXPECT_EQ(tail->path, "/var/log/x");
  EXPECT_TRUE(tail->truncated);
  EXPECT_EQ(tail->ends_at, 512);
  const auto pids = pids_from_json(to_json(std::vector<PidReply>{{{0}, {1}}, {{7000}, {0}}}));
  ASSERT_EQ(pids->size(), 2U);
  EXPECT_EQ(pids->front().pid, Pid{1});
  EXPECT_FALSE(pids->back().pid);
  const auto available = available_from_json(
      to_json(std::vector<AvailableInstance>{{{7000}, "cache", "/etc/r.conf", "/usr/bin/r", ProcessState::fatal}}));
  EXPECT_EQ(available->front().state, ProcessState::fatal);
  const auto difference = reread_from_json(to_json(RereadReply{{{1}}, {{2}, {3}}, {}}));
  EXPECT_EQ(difference->changed, (std::vector<Port>{{2}, {3}}));
  EXPECT_TRUE(difference->removed.empty());
  EXPECT_EQ(version_from_json(to_json(VersionReply{"0.1.0", {9}}))->version, "0.1.0");
  EXPECT_FALSE(reread_from_json(*read(R"({"added":[70000]})")).has_value());
}

TEST(Json, CarriesALogThatIsNotUtf8) {
  EXPECT_EQ(write(to_json(TailReply{{7000}, "p", "a\xff\x80z", false, {}})),
            "{\"port\":7000,\"path\":\"p\",\"journal\":null,\"text\":\"a\xEF\xBF\xBD\xEF\xBF\xBDz\",\"truncated\":"
            "false,\"ends_at\":null}");
}

TEST(Json, IsReadWholeOrNotAtAll) {
  EXPECT_THAT(read("{\"a\":1} x").error().what, HasSubstr("not a JSON document"));
  EXPECT_FALSE(read("").has_value());
  EXPECT_FALSE(read("[1,").has_value());
}

TEST(ExitCodes, AreThoseOfTheContract) {
  const auto of = [](std::vector<Done> kinds) {
    std::vector<Outcome> all;
    for (const Done d : kinds) all.push_back({{7000}, d, "", ""});
    return static_cast<int>(exit_code(all));
  };
  EXPECT_EQ(of({}), 0);
  EXPECT_EQ(of({Done::done, Done::already}), 0);
  EXPECT_EQ(of({Done::done, Done::refused}), 4);
  EXPECT_EQ(of({Done::refused, Done::failed, Done::done}), 1);
  EXPECT_EQ(of({Done::not_running, Done::done}), 3);
  EXPECT_EQ(exit_code_of_error("USAGE START: …"), ExitCode::usage);
  EXPECT_EQ(exit_code_of_error("UNKNOWN there is no command"), ExitCode::usage);
  EXPECT_EQ(exit_code_of_error("REFUSED brake most of the cluster looks dead"), ExitCode::refused);
  EXPECT_EQ(exit_code_of_error("ERR disk full"), ExitCode::failed);
}

TEST(ExitCodes, CallEverythingButRunningAndLoadingNotRunning) {
  const auto of = [](ProcessState s) {
    const std::vector<InstanceStatus> all{running(), InstanceStatus{.port = {7001}, .state = s}};
    return exit_code(all);
  };
  EXPECT_EQ(of(ProcessState::running), ExitCode::done);
  EXPECT_EQ(of(ProcessState::loading), ExitCode::done);
  for (const ProcessState s : {ProcessState::stopped, ProcessState::starting, ProcessState::stopping,
                               ProcessState::backoff, ProcessState::exited, ProcessState::fatal, ProcessState::held})
    EXPECT_EQ(of(s), ExitCode::not_running) << name(s);
}

TEST(Timestamp, IsRfc3339BothWays) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(951782400001), "2000-02-29T00:00:00.001Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z");
  for (const std::int64_t t : {0LL, 951782400001LL, 1795247915042LL, 4102444799999LL})
    EXPECT_EQ(unix_ms_from(rfc3339(t)), t);
  EXPECT_EQ(unix_ms_from("2026-11-21T07:58:35Z"), 1795247915000);
  for (const std::string_view no :
       {"", "2026-11-21", "2026-13-21T07:58:35Z", "2026-02-30T07:58:35Z", "2026-11-21T24:58:35Z",
        "2026-11-21 07:58:35Z", "2026-11-21T07:58:35.42Z", "2026-11-21T07:58:35+01:00", "2O26-11-21T07:58:35Z"})
    EXPECT_EQ(unix_ms_from(no), std::nullopt) << no;
}

}  // namespace
}  // namespace slotwarden::control
