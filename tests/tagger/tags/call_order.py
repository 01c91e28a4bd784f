"""The order in which a process's changes reach the disk, and the rules that it must keep.

A power cut may lose what was written since a file was flushed, and new names since their folder
was; any part may also have reached the disk. So only the order of flushes protects a song, not
that of writes.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.tagger.tags.dying_disk import Disk, watched

TRACED = (
    "trace=open,openat,creat,write,pwrite64,writev,pwritev,ftruncate,truncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,copy_file_range,sendfile"
)
_KINDS = {
    **dict.fromkeys(("pwrite", "write", "truncate", "ftruncate"), "write"),
    **dict.fromkeys(("pwrite64", "writev", "pwritev", "copy_file_range", "sendfile"), "write"),
    **dict.fromkeys(("fsync", "fdatasync"), "flush"),
    **dict.fromkeys(("replace", "rename", "renameat", "renameat2"), "rename"),
    **dict.fromkeys(("unlink", "unlinkat"), "unlink"),
    **dict.fromkeys(("create", "mkdir", "mkdirat"), "create"),
    **dict.fromkeys(("open", "openat", "creat"), "open"),
}
_LINE = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>\d+)(<.*>)?$")
_BEGUN = re.compile(r"(?P<pid>\d+) +(?P<start>.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<end>.*)$")
_PROTECTING = (".journal", ".bak")  # suffixes of files that a half-written song still needs


@dataclass(frozen=True, kw_only=True)
class Call:
    """One change of a disk, or a flush."""

    kind: str  # create, write, flush, rename or unlink
    path: str
    target: str = ""  # the new name, of a rename


def recorded(action: Callable[[], object]) -> list[Call]:
    """Do an action and return this process's calls, except those of SQLite."""
    calls: list[Call] = []
    disk = Disk()

    def before(name: str, path: str) -> None:
        kind = _KINDS.get(name)
        if kind is not None and (kind != "unlink" or os.path.lexists(path)):
            calls.append(Call(kind=kind, path=path, target=disk.target * (kind == "rename")))

    disk.before = before
    with watched(disk):
        action()
    return calls


def calls_of_trace(trace: Path) -> list[Call]:
    """Return the successful calls of all processes in the output of `strace -f -y -s 0`."""
    return [call for line in _whole_lines(trace) if (call := _call(line)) is not None]


def _whole_lines(trace: Path) -> Iterator[str]:
    begun: dict[str, str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        if found := _BEGUN.match(line):
            begun[found["pid"]] = found["start"]
        elif found := _RESUMED.match(line):
            yield f"{found['pid']} {begun.pop(found['pid'], '')}{found['end']}"
        else:
            yield line


def _call(line: str) -> Call | None:
    found = _LINE.match(line)
    if found is None:
        return None
    kind, rest = _KINDS[found["name"]], found["rest"]
    named = re.findall(r'"([^"]*)"', rest)
    if kind == "open":
        return Call(kind="create", path=named[0]) if "O_CREAT" in rest else None
    if kind == "rename":
        return Call(kind=kind, path=named[0], target=named[1])
    if kind in ("unlink", "create") or found["name"] == "truncate":
        return Call(kind=kind, path=named[0])
    opened = re.findall(r"\d+<(/[^>]*)>", rest)
    if not opened:  # a pipe, say
        return None
    return Call(kind=kind, path=opened[-1 if found["name"] == "copy_file_range" else 0])


class Order:
    """Follows calls and notes which rules they break.

    Files in `there` are on the disk at the start. `index` is the file whose write-ahead log must
    have a note on a song before the song changes; None where the calls do not show it.
    """

    def __init__(
        self, songs: Iterable[str], *, there: Iterable[str] = (), index: str | None = None
    ) -> None:
        self._songs, self._there = set(songs), set(there) | set(songs)
        self._log = None if index is None else f"{index}-wal"
        self._unflushed: set[str] = set()  # files with content that may be lost
        self._unnamed: dict[str, set[str]] = {}  # folder: names in it that may be lost, or be back
        self._notes = 1  # flushes of the log since a song was written; one finishes the last song
        self._changing: str | None = None  # the song that is being written
        self.broken: list[str] = []  # sentences
        self.written: list[str] = []  # songs, one for each time

    def follow(self, calls: Iterable[Call]) -> list[str]:
        """Follow the calls to their end and return the broken rules."""
        for call in calls:
            getattr(self, f"_{call.kind}")(call)
        for song in sorted(self._songs & self._unflushed):
            self._complain(f"{song} is not flushed at the end")
        folders = {str(Path(song).parent) for song in self._songs} | self._folders_of_journals()
        for folder in sorted(folders):
            for name in sorted(self._unnamed.get(folder, ())):
                self._complain(f"the name {name} is not flushed at the end")
        return self.broken

    def _folders_of_journals(self) -> set[str]:
        names = {name for names in self._unnamed.values() for name in names}
        return {str(Path(name).parent) for name in names if name.endswith(".journal")}

    def _complain(self, sentence: str) -> None:
        self.broken.append(sentence)

    def _create(self, call: Call) -> None:
        if call.path not in self._there:
            self._there.add(call.path)
            self._name(call.path)

    def _write(self, call: Call) -> None:
        if call.path in self._songs:
            if self._changing != call.path:
                self._begin(call.path)
                self._check_protection(call.path)
            self._changing = call.path
        self._unflushed.add(call.path)

    def _flush(self, call: Call) -> None:
        if call.path == self._log and call.path in self._unflushed:
            self._notes += 1
        self._unflushed.discard(call.path)
        self._unnamed.pop(call.path, None)

    def _rename(self, call: Call) -> None:
        if call.path in self._unflushed:
            self._complain(f"{call.path} is renamed to {call.target} before it is flushed")
        self._unflushed.discard(call.path)
        self._unflushed.discard(call.target)
        if call.target in self._songs:
            self._begin(call.target)
        self._goes(call.path)
        self._there.add(call.target)
        self._name(call.path)
        self._name(call.target)

    def _unlink(self, call: Call) -> None:
        self._goes(call.path)
        self._unflushed.discard(call.path)
        self._name(call.path)

    def _name(self, path: str) -> None:
        self._unnamed.setdefault(str(Path(path).parent), set()).add(path)

    def _begin(self, song: str) -> None:
        """Check, before a song is changed, that the log has a note on it."""
        self.written.append(song)
        if self._log is not None:
            if self._log in self._unflushed or not self._lasts(self._log):
                self._complain(f"{song} is changed before the log is flushed")
            if self._notes < 2:
                self._complain(f"{song} is changed without a note in the log")
        self._notes = 0

    def _check_protection(self, song: str) -> None:
        """Check that the files which can restore the song are on the disk, with their names."""
        protecting = [name for name in self._there if name.endswith(".journal")]
        if not protecting:
            self._complain(f"{song} is written without a journal")
        beside = str(Path(song).parent)
        protecting += [
            name
            for name in self._there
            if name.endswith((".bak", ".new")) and str(Path(name).parent) == beside
        ]
        for name in sorted(protecting):
            if name in self._unflushed:
                self._complain(f"{song} is written before {name} is flushed")
            if not self._lasts(name):
                self._complain(f"{song} is written before the name {name} is flushed")

    def _lasts(self, path: str) -> bool:
        """Return whether the name, and those of all folders above, are on the disk."""
        names = [Path(path), *Path(path).parents]
        return not any(str(each) in self._unnamed.get(str(each.parent), ()) for each in names)

    def _goes(self, path: str) -> None:
        """Take a name away; none may go while a song needs it."""
        self._there.discard(path)
        beside = self._unnamed.get(str(Path(path).parent), set())
        if path.endswith(".new"):  # it names the song that may need the backup
            for name in sorted(name for name in beside if name.endswith(".bak")):
                self._complain(f"{path} goes before it is sure that {name} is gone")
        if not path.endswith(_PROTECTING):
            return
        for song in sorted(self._songs & self._unflushed):
            self._complain(f"{path} goes before {song} is flushed")
        self._changing = None
        if path.endswith(".journal"):
            for folder in sorted({str(Path(song).parent) for song in self._songs}):
                for name in sorted(self._unnamed.get(folder, ())):
                    self._complain(f"{path} goes before the name {name} is flushed")
