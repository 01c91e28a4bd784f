"""Whether training and its tools may write where they are told to: never over foreign files."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pacetag.model.bundle import JSON_FILE, KERAS_FILE, LITERT_FILE
from pacetag.model.bundle_names import NAME_RULE, is_bundle_name
from pacetag.model.errors import ModelError

NOTES, NOTES_HEAD = "experiments.md", "# What each addition brought"
_BUNDLES = "bundles"
# What a run makes below its folder, and what proves that a run made it.
_MADE = (
    *("grooves", "further", "human", "chamber", "drummers", "metres", "expressive", "beatless"),
    *("scores", "recordings", "cases", "networks"),
)
_TRACES = (
    "grooves/songs.jsonl",
    "cases/*/made_with.json",
    "cases/*/cases.part.npy",
    f"networks/*/{KERAS_FILE}",
    f"{_BUNDLES}/*/{JSON_FILE}",
)
_SQLITE = b"SQLite format 3\0"


def named_path(text: str) -> Path:
    """A path of the command line, for argparse; an empty one would mean the current folder."""
    if not text:
        raise ArgumentTypeError("it is empty; name a path, or . for the current folder")
    return Path(text)


class OutputError(ModelError):
    """Something lies where a tool was told to write."""


def exit_code(make: Callable[[], object]) -> int:
    """Call what makes a corpus: 0 done, 1 failed, 2 may not write there, 130 interrupted.

    What went wrong is said on stderr.
    """
    from rich.console import Console

    try:
        make()
    except ModelError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 2 if isinstance(error, OutputError) else 1
    except KeyboardInterrupt:
        return 130
    return 0


def render_corpus(
    module: str,
    description: str,
    build: Callable[..., object],
    *,
    songs: int,
    marker: str,
    arguments: Sequence[str] | None,
) -> int:
    """The command line of a corpus of songs that are composed; returns the exit code.

    `build` takes the folder, and `songs`, `seed` and `jobs`; `marker` is a file that it writes.
    """
    parser = ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("folder", type=named_path, help=f"where {marker} and the audio go")
    parser.add_argument("--songs", type=int, default=songs)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=None, help="songs at once (default: all cores)")
    options = parser.parse_args(arguments)

    def make() -> None:
        check_own(options.folder, marker)
        build(options.folder, songs=options.songs, seed=options.seed, jobs=options.jobs)

    return exit_code(make)


def check_work(work: Path, name: str) -> None:
    """Raise OutputError unless a run may write into `work`, and a bundle called `name` below it."""
    if not is_bundle_name(name):
        raise OutputError(f"--name {name!r}: {NAME_RULE}")
    folder = _folder(work)
    if (folder / JSON_FILE).exists():
        raise OutputError(f"{work}: is a network; name another folder to train in")
    there = [made for made in (*_MADE, _BUNDLES) if _holds_any(folder / made)]
    if there and not any(any(folder.glob(trace)) for trace in _TRACES):
        raise OutputError(
            f"{work}: holds {', '.join(there)} that no training made; name another folder"
        )
    _check_bundle(folder / _BUNDLES / name)
    notes = folder / NOTES
    if notes.exists() and not _begins(notes, NOTES_HEAD.encode()):
        raise OutputError(f"{notes}: is not what training notes there; name another folder")


def check_own(folder: Path, *traces: str) -> None:
    """Raise OutputError unless a folder is new, empty, or holds one of the traces of a tool."""
    place = _folder(folder)
    if _holds_any(place) and not any(any(place.glob(trace)) for trace in traces):
        raise OutputError(f"{folder}: holds files that this did not make; name another folder")


def check_free(targets: Iterable[Path], *, overwrite: bool = False) -> None:
    """Raise OutputError where something lies at one of the targets.

    With `overwrite`, files may; links, folders and databases never.
    """
    for target in targets:
        _folder(target.parent)
        if not target.is_symlink() and not target.exists():
            continue
        if target.is_symlink() or not target.is_file() or _begins(target, _SQLITE):
            raise OutputError(f"{target}: is no file that may be replaced; name another folder")
        if not overwrite:
            raise OutputError(
                f"{target}: is there already; name another folder, or replace it with --overwrite"
            )


def _check_bundle(folder: Path) -> None:
    """Raise OutputError unless there is nothing yet, or a network that training put there."""
    if (folder.exists() and not folder.is_dir()) or folder.is_symlink():
        raise OutputError(f"{folder}: is no folder; give the bundle another --name")
    made = (JSON_FILE, KERAS_FILE, LITERT_FILE)
    if _holds_any(folder) and not any((folder / name).is_file() for name in made):
        raise OutputError(f"{folder}: holds no network; give the bundle another --name")


def _folder(named: Path) -> Path:
    """A folder that is there or can be made. Raises OutputError."""
    place = named if named.exists() else next(p for p in named.absolute().parents if p.exists())
    if not place.is_dir():
        raise OutputError(f"{named}: {place} is a file, not a folder; name another place")
    return named


def _holds_any(folder: Path) -> bool:
    if not folder.is_dir():
        return folder.exists() or folder.is_symlink()
    return any(folder.iterdir())


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(len(magic))
    except OSError:
        return False
    return head == magic or (magic != _SQLITE and not head)
