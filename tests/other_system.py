"""Run pacetag in a Python that lacks what another system's Python lacks.

    python -m tests.other_system win32 playlist --cadence 165 + stats

The modules, functions and constants that POSIX or Linux alone has are taken away before pacetag is
imported; all other packages are imported before, since their code for the other system would look
for its libraries. Paths stay those of this system. All modules are imported, then the commands are
run, which a + parts.
"""

import importlib
import os
import re
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = ("model", "db", "tagger")
# Training runs other programs, and is documented for Linux.
WITHOUT = ("pacetag.model.training",)
SLOW = frozenset({"keras", "librosa", "tensorflow"})  # of extras

IMPORTED = re.compile(r"(?m)^ *(?:import|from) ([a-z][\w.]*)(?: |$)")

POSIX_MODULES = frozenset(
    {"crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "readline"}
    | {"resource", "spwd", "syslog", "termios", "tty"}
)
# What the documentation of Python marks as "Availability: Unix", of what anyone may use.
POSIX_NAMES: Mapping[str, frozenset[str]] = {
    "os": frozenset(
        {"O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC", "O_PATH"}
        | {"O_DSYNC", "O_NDELAY", "O_TMPFILE", "ST_RDONLY", "WNOHANG", "SCHED_IDLE"}
        | {"chown", "chroot", "fchdir", "fchmod", "fchown", "fork", "forkpty", "fpathconf"}
        | {"fstatvfs", "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpgid"}
        | {"getpgrp", "getpriority", "getsid", "getuid", "getxattr", "killpg", "lchown"}
        | {"listxattr", "lockf", "mkfifo", "mknod", "nice", "openpty", "pipe2", "posix_fadvise"}
        | {"posix_fallocate", "posix_spawn", "pread", "preadv", "pwrite", "pwritev"}
        | {"register_at_fork", "removexattr", "sched_getaffinity", "sched_param"}
        | {"sched_setscheduler", "sched_yield", "sendfile", "set_blocking", "setegid", "seteuid"}
        | {"setgid", "setpgid", "setpriority", "setsid", "setuid", "setxattr", "statvfs", "sync"}
        | {"sysconf", "tcgetpgrp", "tcsetpgrp", "ttyname", "uname", "wait", "wait3", "wait4"}
        | {"waitid", "WEXITSTATUS", "WIFEXITED", "WIFSIGNALED", "WTERMSIG"}
    ),
    "signal": frozenset(
        {"SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT"}
        | {"SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGWINCH"}
        | {"SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "alarm", "getitimer", "pause"}
        | {"pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigpending"}
        | {"sigtimedwait", "sigwait", "sigwaitinfo"}
    ),
    "select": frozenset({"epoll", "kqueue", "poll"}),
    "socket": frozenset({"AF_UNIX", "socketpair"}),
    "time": frozenset({"tzset", "pthread_getcpuclockid"}),
}
LINUX_NAMES: Mapping[str, frozenset[str]] = {  # which macOS lacks
    "os": frozenset(
        {"O_PATH", "O_TMPFILE", "SCHED_IDLE", "getxattr", "listxattr", "pipe2", "posix_fadvise"}
        | {"posix_fallocate", "removexattr", "sched_getaffinity", "sched_param"}
        | {"sched_setscheduler", "setxattr"}
    ),
    "signal": frozenset({"sigtimedwait", "sigwaitinfo"}),
    "select": frozenset({"epoll"}),
    "fcntl": frozenset({"F_SETLEASE", "F_GETLEASE", "F_SETSIG", "F_NOTIFY"}),
}
NEXT = "+"
WINDOWS, MACOS = "win32", "darwin"


def modules() -> list[str]:
    """Return the names of pacetag's modules, training aside."""
    names = []
    for part in PARTS:
        for path in sorted((ROOT / part).rglob("*.py")):
            words = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(("pacetag", *(word for word in words if word != "__init__")))
            if not name.startswith(WITHOUT) and not name.endswith("__main__"):
                names.append(name)
    return names


def packages() -> set[str]:
    """Return the modules of others that pacetag imports anywhere, also when it runs."""
    found = set[str]()
    for part in PARTS:
        for path in (ROOT / part).rglob("*.py"):
            if "training" not in path.parts:
                found.update(IMPORTED.findall(path.read_text(encoding="utf-8")))
    return {each for each in found if each.split(".")[0] not in {"pacetag", *SLOW}}


def become(system: str) -> None:
    """Take away what the system lacks, once other packages have been imported."""
    for name in packages():
        with suppress(ImportError):  # of an extra
            importlib.import_module(name)
    if system == WINDOWS:
        for name in POSIX_MODULES:
            sys.modules[name] = None  # type: ignore[assignment]
    _remove(POSIX_NAMES if system == WINDOWS else LINUX_NAMES)
    sys.platform = system


def _remove(names: Mapping[str, Iterable[str]]) -> None:
    known = {"os": os, "signal": signal, "select": select, "socket": socket, "time": time}
    for module, attributes in names.items():
        holder = known.get(module) or sys.modules[module]
        for attribute in attributes:
            if hasattr(holder, attribute):
                delattr(holder, attribute)


def main(system: str, arguments: list[str]) -> None:
    """Import all modules, and run commands one after the other; print their exit codes."""
    become(system)
    for name in modules():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:  # of an extra that is not installed
            if error.name in POSIX_MODULES or str(error.name).startswith("pacetag"):
                raise
    sys.stdout.write("imported\n")
    while arguments:
        end = arguments.index(NEXT) if NEXT in arguments else len(arguments)
        sys.argv, arguments = ["pacetag", *arguments[:end]], arguments[end + 1 :]
        try:
            importlib.import_module("pacetag.tagger.__main__").main()
        except SystemExit as ended:
            sys.stdout.write(f"exit code {ended.code}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
