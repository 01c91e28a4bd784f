"""Hosts in namespaces: each has a network and a name of its own, joined by a bridge.

All of it lies in a namespace that the attack makes for itself, and goes with its processes.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

BRIDGE = "10.213.77.1"  # address of the host of scheduler and scan
INSIDE = "PACETAG_INSIDE_NAMESPACE"


def enter_namespace(module: str, arguments: Sequence[str]) -> None:
    """Run a module again in a network of its own, with a bridge; return there. Needs root."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        command = ["unshare", "--net", "--mount", sys.executable, "-m", module, *arguments]
        os.execvp(command[0], command)
    _ip("link", "set", "lo", "up")
    _ip("link", "add", "bridge", "type", "bridge")
    _ip("addr", "add", f"{BRIDGE}/24", "dev", "bridge")
    _ip("link", "set", "bridge", "up")


class Host:
    """A network and a name of its own, for as long as it is open."""

    def __init__(self, number: int) -> None:
        self.address = f"10.213.77.{number + 2}"
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--uts", "sh", "-c", "echo; exec sleep 100000"],
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()  # it has its namespaces
        outer, pid = f"host{number}", str(self._holder.pid)
        _ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", pid)
        _ip("link", "set", outer, "master", "bridge")
        _ip("link", "set", outer, "up")
        for command in (
            ("hostname", outer),
            ("ip", "addr", "add", f"{self.address}/24", "dev", "eth0"),
            ("ip", "link", "set", "eth0", "up"),
            ("ip", "link", "set", "lo", "up"),
        ):
            subprocess.run([*self.prefix, *command], check=True)

    @property
    def prefix(self) -> list[str]:
        """What runs a command on this host."""
        return ["nsenter", f"--target={self._holder.pid}", "--net", "--uts"]

    def close(self) -> None:
        """Take the host away."""
        self._holder.kill()
        self._holder.wait()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
