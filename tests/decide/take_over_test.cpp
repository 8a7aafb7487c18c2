#include "decide/take_over.h"

#include <gtest/gtest.h>

#include <array>

namespace slotwarden::decide {
namespace {

// A server of a unit, of which nothing stands in the way. Each test spoils one fact.
TakeOverEvidence a_units_server() {
  TakeOverEvidence e;
  e.listens = e.permitted = e.leads_session = e.answers = e.is_node = e.same_process = Tri::yes;
  e.names_file = e.file_usable = e.settings_agree = e.directory_agrees = e.directory_alone = Tri::yes;
  e.program_known = e.user_known = e.configuration_fits = e.unit_disarmed = Tri::yes;
  e.rival = e.loading = Tri::no;
  e.keeper = Keeper::unit;
  return e;
}

struct Spoilt {
  Tri TakeOverEvidence::*fact;
  Tri bad;
  std::string_view rule;
};

constexpr std::array spoilt{
    Spoilt{&TakeOverEvidence::listens, Tri::no, "nobody-listens"},
    Spoilt{&TakeOverEvidence::rival, Tri::yes, "rival"},
    Spoilt{&TakeOverEvidence::permitted, Tri::no, "not-permitted"},
    Spoilt{&TakeOverEvidence::leads_session, Tri::no, "shared-session"},
    Spoilt{&TakeOverEvidence::answers, Tri::no, "no-answer"},
    Spoilt{&TakeOverEvidence::is_node, Tri::no, "no-node"},
    Spoilt{&TakeOverEvidence::loading, Tri::yes, "loading"},
    Spoilt{&TakeOverEvidence::same_process, Tri::no, "other-process"},
    Spoilt{&TakeOverEvidence::names_file, Tri::no, "no-file"},
    Spoilt{&TakeOverEvidence::file_usable, Tri::no, "file-unusable"},
    Spoilt{&TakeOverEvidence::settings_agree, Tri::no, "settings-differ"},
    Spoilt{&TakeOverEvidence::directory_agrees, Tri::no, "directory-differs"},
    Spoilt{&TakeOverEvidence::directory_alone, Tri::no, "shared-directory"},
    Spoilt{&TakeOverEvidence::program_known, Tri::no, "no-program"},
    Spoilt{&TakeOverEvidence::user_known, Tri::no, "no-user"},
    Spoilt{&TakeOverEvidence::configuration_fits, Tri::no, "configuration"},
};

TEST(TakeOver, GoesWhenEverythingAgrees) {
  auto e = a_units_server();
  EXPECT_EQ(take_over(e).rule, "unit-to-disarm");
  e.committing = true;
  EXPECT_EQ(take_over(e).rule, "unit-disarmed");
  e.keeper = Keeper::nobody;
  EXPECT_EQ(take_over(e).rule, "kept-by-nobody");
}

TEST(TakeOver, NamesWhatIsNotAsItMustBe) {
  for (const auto& s : spoilt) {
    auto e = a_units_server();
    e.*s.fact = s.bad;
    EXPECT_EQ(take_over(e).rule, s.rule);
    EXPECT_NE(take_over(e).ruling, Ruling::go);
  }
}

TEST(TakeOver, NeverGoesOnAFactThatCouldNotBeLearned) {
  for (const auto& s : spoilt)
    for (const bool committing : {false, true}) {
      auto e = a_units_server();
      e.*s.fact = Tri::unknown;
      e.committing = committing;
      EXPECT_EQ(take_over(e).rule, "blind") << s.rule;
    }
}

TEST(TakeOver, RefusesWhateverElseSeesToIt) {
  auto e = a_units_server();
  for (const auto& [keeper, rule] : {std::pair(Keeper::container, "in-a-container"),
                                     {Keeper::program, "another-supervisor"},
                                     {Keeper::users_manager, "users-manager"},
                                     {Keeper::foreign_unit, "foreign-unit"},
                                     {Keeper::unknown, "blind"}}) {
    e.keeper = keeper;
    EXPECT_EQ(take_over(e).rule, rule);
  }
}

TEST(TakeOver, IsNotDoneWhileItsUnitCouldStillAct) {
  auto e = a_units_server();
  e.committing = true;
  e.unit_disarmed = Tri::no;
  EXPECT_EQ(take_over(e).rule, "unit-in-force");
  e.unit_disarmed = Tri::unknown;
  EXPECT_EQ(take_over(e).rule, "blind");
}

KeeperEvidence of_a_unit() {
  KeeperEvidence e;
  e.at.parent = Pid{1};
  e.at.own_pid_space = Tri::no;
  e.at.group = "/system.slice/redis-7000.service";
  e.init_name = "systemd";
  e.systemd = true;
  e.unit_known = Tri::yes;
  e.unit.emplace();
  e.unit->name = "redis-7000.service";
  e.unit->main = e.pid = Pid{4711};
  return e;
}

TEST(KeeperOf, KnowsAUnitByItsMainProcess) {
  auto e = of_a_unit();
  EXPECT_EQ(keeper_of(e), Keeper::unit);
  e.unit->main = Pid{12};
  EXPECT_EQ(keeper_of(e), Keeper::foreign_unit);
  e.unit->main = Pid{};
  EXPECT_EQ(keeper_of(e), Keeper::unknown);
  e.alone = Tri::yes;
  EXPECT_EQ(keeper_of(e), Keeper::unit);
  e.alone = Tri::no;
  EXPECT_EQ(keeper_of(e), Keeper::foreign_unit);
}

TEST(KeeperOf, TakesAScopeForNobody) {
  auto e = of_a_unit();
  e.unit->name = "session-3.scope";
  EXPECT_EQ(keeper_of(e), Keeper::nobody);
  e.unit.reset();
  EXPECT_EQ(keeper_of(e), Keeper::nobody);
  e.unit_known = Tri::unknown;
  EXPECT_EQ(keeper_of(e), Keeper::unknown);
}

TEST(KeeperOf, KnowsAParentThatIsNotInit) {
  auto e = of_a_unit();
  e.at.parent = Pid{812};
  EXPECT_EQ(keeper_of(e), Keeper::program);
}

TEST(KeeperOf, KnowsASupervisorThatIsProcessOne) {
  auto e = of_a_unit();
  e.systemd = false;
  EXPECT_EQ(keeper_of(e), Keeper::nobody);
  e.init_name = "supervisord";
  EXPECT_EQ(keeper_of(e), Keeper::program);
}

TEST(KeeperOf, KnowsContainersAndUsersManagers) {
  auto e = of_a_unit();
  e.unit->name = "user@1000.service";
  EXPECT_EQ(keeper_of(e), Keeper::users_manager);
  e.at.group = "/system.slice/docker-0123456789ab.scope";
  EXPECT_EQ(keeper_of(e), Keeper::container);
  e.at.group.clear();
  e.at.own_pid_space = Tri::yes;
  EXPECT_EQ(keeper_of(e), Keeper::container);
  e.at.own_pid_space = Tri::unknown;
  EXPECT_EQ(keeper_of(e), Keeper::unknown);
}

GiveBackEvidence to_its_unit() {
  GiveBackEvidence e;
  e.configured = e.configured_apart = e.keeps = e.runs = e.unit_exists = e.unit_has_it = Tri::yes;
  e.from_unit = true;
  return e;
}

TEST(GiveBack, ReturnsAProcessThatItsUnitStillCounts) {
  auto e = to_its_unit();
  EXPECT_EQ(give_back(e).rule, "back-to-its-unit");
  e.runs = Tri::no;
  EXPECT_EQ(give_back(e).rule, "down");
}

TEST(GiveBack, LeavesNoServerWithoutAKeeperUnlessTold) {
  auto e = to_its_unit();
  e.unit_has_it = Tri::no;
  EXPECT_EQ(give_back(e).rule, "unit-lost-it");
  e.unit_exists = Tri::no;
  EXPECT_EQ(give_back(e).rule, "unit-gone");
  e.from_unit = false;
  EXPECT_EQ(give_back(e).rule, "nobody-to-have-it");
  e.may_leave_alone = true;
  EXPECT_EQ(give_back(e).rule, "left-alone");
}

TEST(GiveBack, UndoesAnAdoptThatWasInterrupted) {
  GiveBackEvidence e;
  e.configured = Tri::no;
  e.from_unit = true;
  EXPECT_EQ(give_back(e).rule, "never-taken");
  e.from_unit = false;
  EXPECT_NE(give_back(e).ruling, Ruling::go);
}

TEST(KeptByNobody, NamesEachUnitThatIsHeldDownForAPortThatIsNotOurs) {
  const std::vector<HeldDown> units{{"redis-server@7000.service", Port{7000}}, {"redis-7001.service", Port{7001}}};
  EXPECT_TRUE(kept_by_nobody(units, {Port{7000}, Port{7001}}).empty());
  const auto found = kept_by_nobody(units, {Port{7000}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].setting, "adopt-7001");
  EXPECT_EQ(found[0].severity, Severity::danger);
  EXPECT_NE(found[0].actual.find("redis-7001.service"), std::string::npos);
  EXPECT_NE(found[0].fix.find("slotwardenctl adopt 7001"), std::string::npos);
  EXPECT_NE(found[0].fix.find("slotwardenctl give-back 7001"), std::string::npos);
}

TEST(GiveBack, NeverGoesOnWhatCouldNotBeLearned) {
  for (Tri GiveBackEvidence::*fact :
       {&GiveBackEvidence::configured, &GiveBackEvidence::configured_apart, &GiveBackEvidence::keeps,
        &GiveBackEvidence::runs, &GiveBackEvidence::unit_exists, &GiveBackEvidence::unit_has_it}) {
    auto e = to_its_unit();
    e.*fact = Tri::unknown;
    EXPECT_NE(give_back(e).ruling, Ruling::go);
  }
}

}  // namespace
}  // namespace slotwarden::decide
