#include "run/config_files.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace slotwarden::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A directory of its own for each test, in which etc/ stands for /etc/slotwarden.
class ConfigFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "config_files_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root = name;
    write("etc/slotwarden.toml", "[host]\nstate_dir = \"/srv/s\"\n");
  }
  void TearDown() override { fs::remove_all(root); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = root / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path} << text;
    return path;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return root / name; }
  [[nodiscard]] ConfigFiles read() const { return read_config_files(at("etc/slotwarden.toml"), at("policies")); }
  [[nodiscard]] config::Loaded load() const { return load_config(at("etc/slotwarden.toml"), at("policies")); }

  fs::path root;
};

std::vector<std::string> paths(const std::vector<config::SourceFile>& files) {
  std::vector<std::string> all;
  for (const auto& f : files) all.push_back(f.path);
  return all;
}

std::string printed(const std::vector<config::Problem>& problems) {
  std::string all;
  for (const auto& p : problems) all += config::describe(p) + "\n";
  return all;
}

TEST(Mistakes, AreToldInPartWhereThereAreThousands) {
  std::vector<config::Problem> problems(20, {"/etc/passwd", 7, "this is not TOML"});
  EXPECT_EQ(mistakes(problems).size(), 20u);
  EXPECT_EQ(mistakes(problems).back(), "/etc/passwd:7: this is not TOML");
  problems.resize(10'000);
  EXPECT_EQ(mistakes(problems).size(), 21u);
  EXPECT_THAT(mistakes(problems).back(), HasSubstr("9980 more"));
}

TEST_F(ConfigFilesTest, AreTheMainFileAndConfDByName) {
  fs::create_directory(at("policies"));
  write("etc/conf.d/7001.toml", "");
  write("etc/conf.d/7000.toml", "");
  write("etc/conf.d/7000.toml~", "");
  write("etc/conf.d/.7000.toml", "");
  write("etc/conf.d/7000.toml.dpkg-new", "");
  const auto files = read();
  EXPECT_EQ(printed(files.problems), "");
  EXPECT_THAT(paths(files.config),
              ElementsAre(at("etc/slotwarden.toml"), at("etc/conf.d/7000.toml"), at("etc/conf.d/7001.toml")));
  EXPECT_EQ(files.config[0].text, "[host]\nstate_dir = \"/srv/s\"\n");
}

TEST_F(ConfigFilesTest, ComeFromTheGivenPoliciesDirectoryAlone) {
  write("policies/cache.toml", "[backoff]\nbudget = 7\n");
  write("etc/policies/cache.toml", "[backoff]\nbudget = 8\n");
  EXPECT_THAT(paths(read().policies), ElementsAre(at("policies/cache.toml")));
  EXPECT_EQ(load().config.policies.at("cache").backoff.budget, 7);
}

TEST_F(ConfigFilesTest, ComeFromThePoliciesBesideTheMainFileFirst) {
  write("etc/policies/cache.toml", "");
  const auto files = read_config_files(at("etc/slotwarden.toml"), std::nullopt);
  ASSERT_FALSE(files.policies.empty());
  EXPECT_EQ(files.policies.front().path, at("etc/policies/cache.toml"));
}

TEST(PolicyDirectories, AreEachReadOnce) {
  EXPECT_THAT(policy_directories("/etc/slotwarden/slotwarden.toml", std::nullopt),
              ElementsAre("/etc/slotwarden/policies", "/usr/share/slotwarden/policies"));
  EXPECT_THAT(policy_directories("/opt/w.toml", std::nullopt),
              ElementsAre("/opt/policies", "/etc/slotwarden/policies", "/usr/share/slotwarden/policies"));
  EXPECT_THAT(policy_directories("w.toml", std::nullopt), testing::Contains("policies"));
  EXPECT_THAT(policy_directories("/opt/w.toml", "/p"), ElementsAre("/p"));
}

TEST_F(ConfigFilesTest, AreAProblemWhereTheMainFileIsMissing) {
  fs::create_directory(at("policies"));
  fs::remove(at("etc/slotwarden.toml"));
  const auto loaded = load();
  EXPECT_EQ(printed(loaded.problems), at("etc/slotwarden.toml") + ": cannot be opened: No such file or directory\n");
  EXPECT_FALSE(loaded.host_sound);
}

TEST_F(ConfigFilesTest, AreAProblemWhereTheGivenPoliciesDirectoryIsMissing) {
  EXPECT_EQ(printed(load().problems), at("policies") + ": cannot be listed: No such file or directory\n");
}

TEST_F(ConfigFilesTest, AreAProblemWhereOneIsNoRegularFileAndNoneIsWaitedFor) {
  fs::create_directories(at("policies/dir.toml"));
  ASSERT_EQ(::mkfifo(at("policies/fifo.toml").c_str(), 0600), 0);
  fs::create_symlink("nowhere", at("policies/link.toml"));
  const auto said = printed(load().problems);
  EXPECT_THAT(said, HasSubstr(at("policies/dir.toml") + ": is not a regular file"));
  EXPECT_THAT(said, HasSubstr(at("policies/fifo.toml") + ": is not a regular file"));
  EXPECT_THAT(said, HasSubstr(at("policies/link.toml") + ": cannot be opened: No such file or directory"));
}

TEST_F(ConfigFilesTest, AreAProblemWhereOneIsHuge) {
  fs::create_directory(at("policies"));
  write("etc/conf.d/dump.toml", std::string((1U << 20) + 1, '#'));
  const auto loaded = load();
  EXPECT_THAT(printed(loaded.problems), HasSubstr("dump.toml: is larger than 1 MiB"));
  EXPECT_FALSE(loaded.host_sound);
  EXPECT_EQ(loaded.config.host.state_dir, "/srv/s") << "the rest is read all the same";
}

TEST_F(ConfigFilesTest, AreAProblemWhereOneMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  fs::create_directory(at("policies"));
  ASSERT_EQ(::chmod(write("etc/conf.d/secret.toml", "").c_str(), 0), 0);
  EXPECT_THAT(printed(load().problems), HasSubstr("secret.toml: cannot be opened: Permission denied"));
}

}  // namespace
}  // namespace slotwarden::run
