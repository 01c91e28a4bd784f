"""Small real songs in every container that is written, each with tags that must survive."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.tagger.tags.dressing import LARGE_PICTURE, id3v1
from tests.tagger.tags.encoding import SOUNDFILE, encode, sound
from tests.tagger.tags.making import SOME, TITLES, make

__all__ = ["LARGE_PICTURE", "Song", "encode", "id3v1", "sound"]  # for the tests of this folder


@dataclass(frozen=True)
class Song:
    """A song of a test, and its kind."""

    path: Path
    kind: str  # a key of TITLES
    title: str | None

    @property
    def container(self) -> str:
        """The first part of the kind: the suffix of such files."""
        return self.kind.partition("-")[0]

    def decode(self) -> NDArray[Any]:
        """Return every sample of the file, as its own decoder gives them."""
        if f".{self.container}" in SOUNDFILE:
            return np.asarray(soundfile.read(self.path, dtype="int16")[0])
        with av.open(str(self.path)) as container:
            return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=-1)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The path of one song of each kind, to be copied by tests."""
    folder = tmp_path_factory.mktemp("songs")
    return {kind: make(kind, folder) for kind in TITLES}


@pytest.fixture
def copy_of(made: dict[str, Path], tmp_path: Path) -> Callable[[str], Song]:
    """Make a fresh copy of a kind of song, alone in its folder."""

    def copy(kind: str) -> Song:
        folder = tmp_path / kind
        folder.mkdir(exist_ok=True)
        path = folder / made[kind].name
        shutil.copy(made[kind], path)
        return Song(path, kind, TITLES[kind])

    return copy


@pytest.fixture(params=TITLES)
def song(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Song:
    """Every kind of song in turn."""
    return copy_of(request.param)


@pytest.fixture(params=SOME)
def any_song(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Song:
    """One song of each family."""
    return copy_of(request.param)
