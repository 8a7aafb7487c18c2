#include "observe/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe/scratch.h"

namespace slotwarden::observe {
namespace {

using test::Scratch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ServerConfFile, FollowsItsIncludesInPlace) {
  const Scratch dir;
  dir.write("conf.d/b.conf", "port 7002\n");
  dir.write("conf.d/a.conf", "port 7001\nmaxclients 50\n");
  const auto path = dir.write("7000.conf", "port 7000\ninclude conf.d/*.conf\ninclude none/*.conf\nappendonly yes\n");
  const auto conf = server_conf(path);
  ASSERT_TRUE(conf) << conf.error().what;
  EXPECT_EQ(conf->port, Port{7002}) << "files of a pattern are read in order";
  EXPECT_EQ(conf->maxclients, 50u);
  EXPECT_TRUE(conf->appendonly);
}

TEST(ServerConfFile, ResolvesAnIncludeInTheDirectoryThatItChangedTo) {
  const Scratch dir;
  dir.write("data/more.conf", "port 7009\n");
  const auto conf = server_conf(dir.write("7000.conf", "dir " + (dir / "data") + "\ninclude more.conf\n"));
  ASSERT_TRUE(conf) << conf.error().what;
  EXPECT_EQ(conf->port, Port{7009});
}

TEST(ServerConfFile, NamesTheFileAndTheLineOfAFault) {
  const Scratch dir;
  const auto inner = dir.write("inner.conf", "\nport 99999\n");
  const auto fault = server_conf(dir.write("7000.conf", "include inner.conf\n"));
  ASSERT_FALSE(fault);
  EXPECT_THAT(fault.error().what, HasSubstr(inner + ": line 2: port"));
  EXPECT_THAT(server_conf(dir.write("a.conf", "include none.conf\n")).error().what,
              HasSubstr("none.conf: No such file"));
  EXPECT_EQ(server_conf(dir / "absent.conf").error().os_error, ENOENT);
}

TEST(ServerConfFile, MayBeASymbolicLinkButNotADirectoryOrAFifo) {
  const Scratch dir;
  dir.write("real.conf", "port 7003\n");
  ASSERT_EQ(::symlink("real.conf", (dir / "link.conf").c_str()), 0);
  EXPECT_EQ(server_conf(dir / "link.conf")->port, Port{7003});
  ASSERT_EQ(::mkfifo((dir / "fifo.conf").c_str(), 0600), 0);
  EXPECT_THAT(server_conf(dir / "fifo.conf").error().what, HasSubstr("is a FIFO"));
  EXPECT_THAT(server_conf(dir.path()).error().what, HasSubstr("is a directory"));
}

TEST(ServerConfFile, RefusesFilesThatIncludeEachOtherForEver) {
  const Scratch dir;
  const auto path = dir.write("a.conf", "include b.conf\n");
  dir.write("b.conf", "include a.conf\n");
  EXPECT_THAT(server_conf(path).error().what, HasSubstr("8 levels"));
}

const std::string node = std::string(40, 'a') + " 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-5460\n";

TEST(NodesConfFile, IsAbsentWhenMissingOrOfZeroBytes) {
  const Scratch dir;
  for (const auto& path : {dir / "none", dir.write("empty", "")}) {
    const auto n = nodes_conf(path);
    EXPECT_TRUE(n.absent) << path;
    EXPECT_FALSE(n.view.has_value());
    EXPECT_EQ(n.damage, "");
  }
}

TEST(NodesConfFile, IsReadWhenWhole) {
  const Scratch dir;
  const auto n = nodes_conf(dir.write("nodes.conf", node + "vars currentEpoch 1 lastVoteEpoch 0\n"));
  ASSERT_TRUE(n.view.has_value()) << n.damage;
  EXPECT_FALSE(n.absent);
  EXPECT_EQ(n.view->myself()->slots.count(), 5461u);
}

TEST(NodesConfFile, SaysWhatIsDamagedAndInWhichLine) {
  const Scratch dir;
  const auto path = dir.write("nodes.conf", node + node.substr(0, 50));
  const auto n = nodes_conf(path);
  EXPECT_FALSE(n.absent);
  EXPECT_FALSE(n.view.has_value());
  EXPECT_THAT(n.damage, HasSubstr(path + ": line 2: cut off"));
  ASSERT_EQ(::symlink(path.c_str(), (dir / "link").c_str()), 0);
  EXPECT_THAT(nodes_conf(dir / "link").damage, HasSubstr("is a symbolic link"));
  EXPECT_FALSE(nodes_conf(dir / "link").absent);
}

TEST(LeftoverTemporaries, AreThoseOfDeadProcessesOnly) {
  const Scratch dir;
  const auto me = std::to_string(::getpid());
  // The kernel gives no process a number above 2^22.
  for (const auto* dead : {"temp-4999999.rdb", "temp-1795231052.4999999.rdb", "temp-rewriteaof-4999999.aof",
                           "temp-rewriteaof-bg-4999999.aof"})
    dir.write(dead, "x");
  for (const auto& kept : {"temp-" + me + ".rdb", "temp-rewriteaof-bg-" + me + ".aof", std::string("dump.rdb"),
                           std::string("temp-x.rdb"), std::string("temp-4999999.txt"), std::string("temp-.rdb")})
    dir.write(kept, "x");
  EXPECT_THAT(leftover_temporaries(dir.path()),
              ElementsAre(dir / "temp-1795231052.4999999.rdb", dir / "temp-4999999.rdb",
                          dir / "temp-rewriteaof-4999999.aof", dir / "temp-rewriteaof-bg-4999999.aof"));
  EXPECT_THAT(leftover_temporaries(dir / "none"), IsEmpty());
}

}  // namespace
}  // namespace slotwarden::observe
