#include "config/credentials.h"

#include <gtest/gtest.h>

namespace slotwarden::config {
namespace {

TEST(CredentialsFile, HoldsAUserAndAPassword) {
  const auto c = credentials("# for 7000\n\nuser slotwarden\npassword s3 cr#t \r\n").value();
  EXPECT_EQ(c.user, "slotwarden");
  EXPECT_EQ(c.password, "s3 cr#t ");
}

TEST(CredentialsFile, MayHoldAPasswordOnly) {
  EXPECT_EQ(credentials("hunter2\n").value().password, "hunter2");
  EXPECT_EQ(credentials("hunter2").value().user, "");
  EXPECT_EQ(credentials("password hunter2").value().password, "hunter2");
  EXPECT_EQ(credentials("password").value().password, "password") << "a line of one word is the password itself";
  EXPECT_EQ(credentials("# comment\ntwo words\n").value().password, "two words");
}

TEST(CredentialsFile, IsRejectedWithTheLineOfTheMistake) {
  const auto error = [](std::string_view text) {
    const auto parsed = credentials(text);
    return parsed ? std::string{} : parsed.error().what;
  };
  EXPECT_EQ(error(""), "it has no password; write \"password VALUE\" on a line of its own");
  EXPECT_EQ(error("# nothing\n\n"), error(""));
  EXPECT_EQ(error("user someone\n"), error(""));
  EXPECT_EQ(error("user a\nuser b\npassword c\n"), "line 2: a second user; keep one");
  EXPECT_EQ(error("password a\n#\npassword b\n"), "line 3: a second password; keep one");
  EXPECT_EQ(error("user a\npassword \t\n"), "line 2: nothing follows password; write the value on the same line");
  EXPECT_EQ(error("user a\nhunter2\n").substr(0, 8), "line 2: ");
  EXPECT_EQ(error({"pass\0word", 9}), "it holds a NUL byte; write plain text");
}

TEST(CredentialsFile, NeverAppearsInAnError) {
  for (const auto* text :
       {"user hunter2\n", "user hunter2\nuser hunter2\n", "hunter2\nhunter2\n", "password hunter2\nhunter2\n",
        "passwordhunter2\nuser hunter2\n", "user hunter2\npassword\n"}) {
    const auto parsed = credentials(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().what.find("hunter2"), std::string::npos) << parsed.error().what;
  }
}

}  // namespace
}  // namespace slotwarden::config
