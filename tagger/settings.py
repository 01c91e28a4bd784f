"""Where the index lies, which network judges, and how many processes work."""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pacetag.tagger.errors import UsageError

INDEX_NAME = "index.sqlite3"
JOURNALS = "journal"  # the folder beside it with what unfinished writes must restore
CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
WAITING = (".journal", ".new")  # suffixes of the files there that recovery reads


def index_path(option: Path | None = None) -> Path:
    """Return the index's file: the option, else as it is set, else in the user's data folder.

    Links are followed, so that the files beside it lie where SQLite looks for them. Raises
    UsageError where it would lie in a home folder and there is none.
    """
    named = option or _set_to("index")
    return default_index() if named is None else _real(named)


def default_index() -> Path:
    """Return the index's file where nothing else is set. Raises UsageError without a home."""
    return _real(_data_folder() / INDEX_NAME)


def bundle_folder() -> Path | None:
    """Return the folder of the network that the user trained; None for the shipped one."""
    named = _set_to("bundle")
    if named is None:
        return None
    # Path's own expanduser raises where there is no such user.
    return Path(os.path.expanduser(named)).absolute()  # noqa: PTH111


def journals_beside(index: Path) -> Path:
    """The folder of journals that belongs to an index."""
    return index.with_name(JOURNALS)


def usual_indexes() -> list[Path]:
    """Return where an index lies that no option names: all such places that there are."""
    found: list[Path] = []
    named = _set_to("index")
    with suppress(UsageError):
        if named is not None:
            # Earlier versions kept journals beside a link of this name.
            found += [_real(named), named.expanduser().absolute()]
    with suppress(UsageError):
        found.append(default_index())
    return list(dict.fromkeys(found))


def _set_to(key: str) -> Path | None:
    from pacetag.tagger.config.values import value_of  # which `--help` need not wait for

    path: Path | None = value_of(key).value
    return path


def _data_folder() -> Path:
    from platformdirs import user_data_path  # 10 ms that `--help` need not wait

    folder = None
    with suppress(RuntimeError):  # which some versions raise where there is no home
        folder = user_data_path("pacetag", appauthor=False)
    if folder is None or not folder.is_absolute():
        raise UsageError(
            "there is no home folder to keep an index in; name a file with --index or PACETAG_INDEX"
        )
    return folder


def _real(named: Path) -> Path:
    try:
        real = Path(os.path.realpath(named.expanduser()))
        # Opening a link into a folder that is not there, such as a disk's, says what is wrong.
        return named.absolute() if named.is_symlink() and not real.parent.is_dir() else real
    except RuntimeError as error:
        raise UsageError(f"{named}: there is no such home folder; name another index") from error


def default_jobs() -> int:
    """Return the number of processors that the system or a container leaves to this process."""
    if hasattr(os, "sched_getaffinity"):  # a container may own fewer than the machine has
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min([count, *map(math.ceil, _quotas())]))


def _quotas() -> Iterator[float]:
    """Processors' worth of time that this process's control groups (version 2) may use."""
    with suppress(OSError):
        for line in MEMBERSHIP.read_text().splitlines():
            if line.startswith("0::/"):
                group = Path(line.removeprefix("0::/"))
                for folder in (group, *group.parents):  # each may have a smaller quota
                    yield from _quota(CGROUPS / folder / "cpu.max")


def _quota(file: Path) -> Iterator[float]:
    with suppress(OSError, ValueError):  # no such file in the root; "max" where there is no quota
        quota, period = map(int, file.read_text().split())
        yield quota / period
