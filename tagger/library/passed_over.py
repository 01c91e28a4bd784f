"""Names that a scan passes over: hidden, incomplete or deleted files, and other kinds of files.

docs/what-is-scanned.md has the same lists. What a person names on the command line counts anyway.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from pacetag.tagger.tags.containers.registry import RARE_SUFFIXES

LISTED = "cannot be listed"  # how a reason begins where a folder could not be listed

# In a folder on a player, lists what pacetag copied there: such a folder is no music library.
TARGET_LIST = ".pacetag-target.json"

# Folders in which systems keep deleted files, snapshots, thumbnails and their own notes. Compared
# in lower case.
BINS = frozenset(
    {"$recycle.bin", "recycler", "recycled", "found.000", "system volume information"}  # Windows
    | {"$rmmetadata", "$extend", "$windows.~bt", "$windows.~ws"}
    | {".trashes", ".temporaryitems", "temporary items", "network trash folder"}  # Mac
    | {"thevolumesettingsfolder", "__macosx", ".timemachine", ".mobilebackups"}
    | {"lost+found", ".snapshot", ".snapshots", "~snapshot", ".zfs", ".btrfs", ".snap", ".ckpt"}
    | {".thumbnails", ".thumbs", ".dtrash", ".stversions", ".versions", ".syncarchive"}
    | {"_gsdata_", "files_trashbin", "files_versions", ".picasaoriginals"}
    | {"#recycle", "#snapshot", "#snapshots", "@eadir", "@tmp", "@sharesnap"}  # Synology
    | {"@recycle", "@recycle.bin", "@recently-snapshot", "@snapshots", "@trash"}  # QNAP and others
    | {"@__thumb", ".@__thumb", ".@upload_cache", ".@qsys", "#trash", "trashbox"}
)
BIN_BEGINNINGS = (".trash", ".recycle", ".synctrash", "@gmt-", "@syno", "network recycle bin")

# Folders of programs, which are not even counted. Others that begin with a dot are hidden, too.
TOOLS = frozenset(
    {".git", ".hg", ".svn", ".bzr", ".cvs", ".cache", ".config", ".local", ".var", ".ssh", ".gnupg"}
    | {".stfolder", ".sync", ".dropbox.cache", ".rsync-partial", ".~tmp~", ".nextcloudsync"}
    | {".appledouble", ".appledb", ".spotlight-v100", ".fseventsd", ".documentrevisions-v100"}
    | {".mozilla", ".thunderbird", ".npm", ".cargo", ".gradle", ".m2", ".venv", ".tox", ".idea"}
    | {".vscode", ".steam", ".wine", ".android", ".flatpak", ".nv", ".java", ".kde"}
    | {".skype", ".mathematica", ".maple", ".eclipse"}
)
# How programs begin the name of a file that is not a song, or not yet.
_HALF_WRITTEN = re.compile(
    r"\.(_|~|#"  # what Macs keep beside a file; locks and copies of editors
    r"|(trashed|pending)-\d+-"  # Android
    r"|(in|wh|syncthing|unison|pacetag-\w+)\."  # of transfers, overlays and of pacetag
    r"|(nfs[0-9a-f]{8}|fuse_hidden|smbdelete|goutputstream|octransferid)"
    r"|(tmp|temp)[-._~\d ]|(part|partial|incomplete|download)[-._~\d])",
    re.IGNORECASE,
)
# A title after its dot: more dots, a digit, a sign of another script, one word with a capital.
_TITLE = re.compile(r"\.(\.|[^A-Za-z_~#$@%&*+=!^-]|[A-Z]([a-z]+|[A-Z]*)(\.|$))")

# Suffixes of files that may hold music but cannot be judged.
TO_CONVERT = frozenset(
    {"m4p", "aa", "aax", "ofr", "ofs", "la", "vqf", "at3", "omg"}  # locked, or known to no decoder
    | {"mod", "xm", "it", "s3m", "mptm", "mtm"}  # of trackers, with samples
)
_NEVER = frozenset({"go.mod"})


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name is hidden, or an incomplete file.

    "...And So On" and ".38 Band" begin with dots and are titles.
    """
    if not name.startswith("."):
        return False
    return _is_of_programs(name) or (" " not in name and _TITLE.match(name) is None)


def is_hidden_by_people(name: str) -> bool:
    """Whether a name is hidden for its form alone, so it may be meant as a title."""
    return is_hidden(name) and not is_bin(name) and not _is_of_programs(name)


def _is_of_programs(name: str) -> bool:
    return _HALF_WRITTEN.match(name) is not None or name.lower() in TOOLS


def is_bin(name: str) -> bool:
    """Whether a folder of that name holds trash, snapshots, thumbnails or a system's notes."""
    lower = name.lower()
    return lower in BINS or lower.startswith(BIN_BEGINNINGS)


def lies_in_bin(path: Path, roots: Iterable[Path]) -> bool:
    """Whether the path to a file, from each of the roots above it, leads through such a folder."""
    return _is_off(path.parent, roots, is_bin)


def is_off_the_way(folder: Path, roots: Iterable[Path]) -> bool:
    """Whether a walk from the roots never reaches the folder."""
    return _is_off(folder, roots, lambda name: is_hidden(name) or is_bin(name))


def _is_off(folder: Path, roots: Iterable[Path], passed: Callable[[str], bool]) -> bool:
    ways = [folder.relative_to(root).parts for root in roots if folder.is_relative_to(root)]
    return bool(ways) and all(any(map(passed, way)) for way in ways)


def may_hold_music(name: str) -> str | None:
    """The suffix, in lower case, of a file that is no song but may hold music; None for others."""
    _, dot, suffix = name.rpartition(".")
    suffix = suffix.lower()
    if not dot or (suffix not in RARE_SUFFIXES and suffix not in TO_CONVERT):
        return None
    return None if is_hidden(name) or name in _NEVER else suffix
