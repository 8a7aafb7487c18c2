#!/usr/bin/env python3
"""A server that answers nonsense, or nothing at all: it is told, nobody acts on it, the others are left alone."""

import sys

from world.scenario import Scenario, main
from world.servers import Server
from world.waiting import stays, until

PROGRAM = """#!{python}
import re, socket, sys, threading
port = int(re.search(r"^port (\\d+)", open(sys.argv[1]).read(), re.M).group(1))
server = socket.create_server(("127.0.0.1", port))
def serve(client):
    while client.recv(65536):
        client.sendall({answer!r})
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""

ABSURD = b"# Server\r\nprocess_id:-1\r\ntcp_port:99999999999999999999\r\nrole:king\r\n"

ANSWERS = {
    "text that is no INFO": b"$27\r\nthis is not what you wanted\r\n" * 8,
    "no RESP": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "absurd numbers": b"$%d\r\n%s\r\n" % (len(ABSURD), ABSURD),
    "a bulk without end": b"$900000000000\r\n" + b"x" * 10000,
    "silence": b"",
}


class NotInfo(Scenario):
    def test_nobody_acts_on_nonsense(self) -> None:
        sound = self.world.server()
        odd = {name: self.imitation(answer) for name, answer in ANSWERS.items()}
        warden = self.warden([sound, *odd.values()]).start()
        warden.wait_state(sound, "RUNNING")
        pid = sound.pid()
        for name, server in odd.items():
            until(lambda: warden.status(server)["pid"], 30, f"{name}: its process runs")
        pids = {it.port: warden.status(it)["pid"] for it in odd.values()}
        stays(lambda: {it.port: warden.status(it)["pid"] for it in odd.values()} == pids, 5, "nobody is restarted", 0.3)
        for name, server in odd.items():
            status = warden.status(server)
            self.assertNotEqual(status["state"], "RUNNING", name)
            because = status.get("note") or warden.explain(server)["verdict"]["because"]
            self.tell(f"{name}: {status['state']}, {because}")
        self.assertEqual(warden.state_of(sound), "RUNNING")
        self.assertEqual(sound.pid(), pid)

    def imitation(self, answer: bytes) -> Server:
        server = self.world.server()
        server.binary = server.home / "odd-server"
        server.binary.write_text(PROGRAM.format(python=sys.executable, answer=answer))
        server.binary.chmod(0o755)
        return server


if __name__ == "__main__":
    main()
