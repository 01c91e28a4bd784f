"""A real library of beets, whose commands run in the tests' own process."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import beets
import mutagen
import pytest
from beets import plugins, ui
from beets.library import Item, Library
from beets.util import cached_classproperty

from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.tags.pacetag import PaceTag, pace_fields
from pacetag.tagger.tags.writer import write_tags
from tests.tagger.conftest import MakeSong

FIELDS = ("PACE", "PACETAG")


class Messages(logging.Handler):
    """Collects what beets logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@dataclass(kw_only=True)
class Beet:
    """The command `beet` with a configuration of its own."""

    folder: Path  # of the configuration
    said: Callable[[], str]  # what was printed since it was asked last
    messages: Messages = field(default_factory=Messages)

    def __call__(self, *arguments: str) -> str:
        """Run a command; returns what it prints, and what it logs below that."""
        self.messages.lines.clear()
        ui._raw_main(list(arguments))
        return "\n".join([self.said(), *self.messages.lines])

    def titles(self, *query: str) -> list[str]:
        """The titles of the songs that a query finds, in its order."""
        return self("ls", "-f", "$title", *query).split()

    def items(self) -> dict[str, Item]:
        """The items of the library by their titles."""
        with_path = Library(str(self.folder / "library.db"), str(self.folder / "songs"))
        return {item.title: item for item in with_path.items()}


StartBeet = Callable[..., Beet]


@pytest.fixture
def start_beet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[StartBeet]:
    """Make the command, with the plug-in pacetag, others and settings."""
    folder = tmp_path / "beets"
    folder.mkdir()
    monkeypatch.setenv("BEETSDIR", str(folder))
    log = logging.getLogger("beets")
    handlers, level = log.handlers[:], log.level

    def start(*others: str, **settings: Any) -> Beet:
        set_up(folder, others, settings)
        beet = Beet(folder=folder, said=lambda: capsys.readouterr().out)
        log.handlers[:] = [beet.messages]
        return beet

    yield start
    log.handlers[:] = handlers
    log.setLevel(level)
    forget_plugins()
    beets.config.clear()


def set_up(folder: Path, others: Sequence[str], settings: dict[str, Any]) -> None:
    """Write a configuration, and have beets read it."""
    configuration: dict[str, Any] = {
        "directory": str(folder / "songs"),
        "library": str(folder / "library.db"),
        "plugins": ["pacetag", *others],
        "threaded": False,
        "create_backup_before_migrations": False,
        "ui": {"color": False},
        "paths": {"default": "$title", "singleton": "$title"},
        "import": {"autotag": False, "quiet": True},
        **settings,
    }
    configuration["import"] = {"autotag": False, "quiet": True, **settings.get("import", {})}
    (folder / "config.yaml").write_text(json.dumps(configuration))
    forget_plugins()
    beets.config.clear()
    beets.config.read()


def forget_plugins() -> None:
    """Have beets load plug-ins again."""
    plugins.BeetsPlugin.listeners.clear()
    plugins.BeetsPlugin._raw_listeners.clear()
    plugins._instances.clear()
    cached_classproperty.cache.clear()


def tag_of(*paces: float, intensity: float | None = None, **words: Any) -> PaceTag:
    """What pacetag says of a song with these paces."""
    found = tuple(Pace(bpm=bpm, confidence=0.9) for bpm in paces)
    analysis = Analysis(paces=found, duration=0.5, intensity=intensity)
    return PaceTag(bundle="ear-1", analysis=analysis, fingerprint="00ff", **words)


def put(path: Path, tag: PaceTag, tmp_path: Path) -> None:
    """Write the tag into a song as pacetag does."""
    write_tags(path, pace_fields(tag), journals=tmp_path / "journal")


TitledSong = Callable[..., Path]


@pytest.fixture
def titled_song(make_song: MakeSong, tmp_path: Path) -> TitledSong:
    """Make a song whose title is its name, with the tags of pacetag if one is given."""

    def make(name: str, tag: PaceTag | None = None) -> Path:
        path = make_song(name)
        audio = mutagen.File(path, easy=True)
        if audio.tags is None:
            audio.add_tags()
        audio["title"] = path.stem
        audio.save()
        if tag is not None:
            put(path, tag, tmp_path)
        return path

    return make


def written(path: Path) -> dict[str, list[str]]:
    """The two fields of a file by mutagen alone; [] for one that is not there."""
    tags = mutagen.File(path).tags or {}
    found: dict[str, list[str]] = {name: [] for name in FIELDS}
    for key in tags.keys():  # noqa: SIM118 - some tags of mutagen yield pairs
        name = key.rpartition(":")[2].upper()
        if name in found:
            value = tags[key]
            texts = getattr(value, "text", value)
            found[name] = [
                each.decode() if isinstance(each, bytes) else str(each) for each in texts
            ]
    return found
