#include "cli/follow_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

namespace slotwarden::cli {
namespace {

using ::testing::HasSubstr;

// A stream whose readers can wait for a text.
class Awaited : public std::stringbuf {
 public:
  // False when it does not come within ten seconds.
  bool await(std::string_view text) {
    std::unique_lock lock(mutex_);
    return grown_.wait_for(lock, std::chrono::seconds{10}, [&] { return all_.find(text) != std::string::npos; });
  }
  std::string all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 protected:
  std::streamsize xsputn(const char* s, std::streamsize n) override {
    const std::lock_guard lock(mutex_);
    all_.append(s, static_cast<std::size_t>(n));
    grown_.notify_all();
    return n;
  }

 private:
  std::mutex mutex_;
  std::condition_variable grown_;
  std::string all_;
};

class FollowLog : public ::testing::Test {
 protected:
  FollowLog() : stop_(::eventfd(0, EFD_CLOEXEC)) {
    char name[] = "/tmp/slotwardenctl-log-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/7000.log";
  }
  ~FollowLog() override {
    stop();
    ::close(stop_);
    std::filesystem::remove_all(directory_);
  }

  void follow(std::optional<std::int64_t> from) {
    thread_ = std::thread([this, from] { result_ = follow_log(console_, path_, from, stop_); });
  }
  void stop() {
    const std::uint64_t one = 1;
    if (!thread_.joinable()) return;
    ASSERT_EQ(::write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
  }
  void append(const std::string& text) const { std::ofstream(path_, std::ios::app) << text; }

  int stop_;
  std::string directory_, path_;
  Awaited printed_, said_;
  std::ostream out_{&printed_}, err_{&said_};
  std::istringstream in_;
  Console console_{out_, err_, in_};
  std::thread thread_;
  Result<void> result_;
};

TEST_F(FollowLog, PrintsWhatIsAppendedBehindTheOffset) {
  append("old\nnew\n");
  follow(4);
  EXPECT_TRUE(printed_.await("new\n"));
  append("newer\n");
  EXPECT_TRUE(printed_.await("newer\n"));
  stop();
  EXPECT_EQ(printed_.all(), "new\nnewer\n");
  EXPECT_TRUE(result_.has_value());
}

TEST_F(FollowLog, GoesOnInTheNewFileAfterARotation) {
  append("one\n");
  follow(0);
  ASSERT_TRUE(printed_.await("one\n"));
  std::filesystem::rename(path_, path_ + ".1");
  std::ofstream(path_ + ".1", std::ios::app) << "last of the old\n";
  ASSERT_TRUE(printed_.await("last of the old\n"));
  append("first of the new\n");
  EXPECT_TRUE(printed_.await("first of the new\n"));
  EXPECT_TRUE(said_.await("was replaced"));
}

TEST_F(FollowLog, BeginsAnewWhenTheFileIsTruncated) {
  append("a long first line\n");
  follow(0);
  ASSERT_TRUE(printed_.await("first line\n"));
  std::filesystem::resize_file(path_, 0);
  ASSERT_TRUE(said_.await("was truncated"));
  append("again\n");
  EXPECT_TRUE(printed_.await("again\n"));
}

TEST_F(FollowLog, SaysWhatCannotBeFollowed) {
  const auto missing = follow_log(console_, path_, 0, stop_);
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().what, HasSubstr("cannot read " + path_ + ": No such file"));
  std::filesystem::create_directory(path_);
  EXPECT_THAT(follow_log(console_, path_, 0, stop_).error().what, HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace slotwarden::cli
