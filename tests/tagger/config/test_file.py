"""The file of settings, and what may be wrong with it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.tagger.config import file as config_file
from pacetag.tagger.config.file import config_path, read_config

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the file that PACETAG_CONFIG names."""
    place = tmp_path / "mine.toml"
    monkeypatch.setenv("PACETAG_CONFIG", str(place))

    def put(text: str) -> Path:
        place.write_text(text)
        return place

    return put


def test_it_lies_in_the_config_folder_unless_a_variable_names_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_path() == tmp_path / "home" / ".config" / "pacetag" / "config.toml"

    monkeypatch.setenv("PACETAG_CONFIG", "~/mine.toml")
    assert config_path() == tmp_path / "home" / "mine.toml"


def test_without_a_home_or_a_file_everything_is_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_config()
    assert (found.exists, found.values, found.faults) == (False, {}, ())

    for name in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert read_config().path is None


def test_what_it_says_is_read_by_key(write: Write) -> None:
    write('jobs = 3\nplaylist.tolerance = "3%"\n[watch]\nsettle = 7\n')

    found = read_config()

    assert found.values == {"jobs": 3, "playlist.tolerance": "3%", "watch.settle": 7.0}
    assert (found.exists, found.faults) == (True, ())


def test_it_is_read_again_if_it_has_changed(write: Write) -> None:
    write("jobs = 3\n")
    assert read_config().values == {"jobs": 3}

    write("jobs = 14\n")
    assert read_config().values == {"jobs": 14}


def test_it_is_read_once_while_it_stays(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("jobs = 3\n")
    before = read_config()

    monkeypatch.setattr("pacetag.model.regular.read_regular", None)

    assert read_config() is before


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("\njbos = 3", ", line 2: there is no setting `jbos`; did you mean `jobs`?"),
        ("colour = 1", ", line 1: there is no setting `colour`; `pacetag config` lists all"),
        ("[playlists]\na = 1", ", line 1: there is no table [playlists]; did you mean [playlist]?"),
        ("[[server]]", ", line 1: there is no setting `server`; `pacetag config` lists all"),
        (
            "jobs = 1\n[playlist]\n# tolerence\ntolerence = 1",
            ", line 4: there is no setting `tolerence` in [playlist]; did you mean `tolerance`?",
        ),
        (
            "[watch]\ntolerance = 1",
            ", line 2: there is no setting `tolerance` in [watch]; `pacetag config` lists all",
        ),
        (
            "playlist = 3",
            ", line 1: `playlist` must be a table: write [playlist] on a line of its own",
        ),
        (
            'playlist."min-confidence" = 2',
            ", line 1: `playlist.min-confidence` must be a number from 0 to 1, not 2",
        ),
        ("[jobs]", ", line 1: `jobs` must be a whole number of at least 1, not a table"),
        ("bpm = true", ", line 1: `bpm` must be one of never, if-missing, overwrite, not true"),
        (
            'index = "songs.db"',
            ', line 1: `index` must be an absolute path, or one that begins with ~, not "songs.db"',
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_nearest_name(
    text: str, fault: str, write: Write
) -> None:
    place = write(text)

    assert read_config().faults == (f"{place}{fault}",)


def test_what_is_right_beside_a_fault_is_kept_and_every_fault_named(write: Write) -> None:
    write("jbos = 1\njobs = 3\nnice = 1\n")

    found = read_config()

    assert found.values == {"jobs": 3}
    assert len(found.faults) == 2


def test_a_text_that_is_not_toml_is_named_with_its_line(write: Write) -> None:
    place = write("jobs = 3\njobs 4\n")

    (fault,) = read_config().faults

    assert fault.startswith(f"{place}: the file of settings is not TOML: ")
    assert "line 2" in fault


def test_nesting_without_end_is_a_fault_like_others(write: Write) -> None:
    write("jobs = " + 9_000 * "[")

    assert "is not TOML" in read_config().faults[0]


def test_bytes_that_are_no_text_are_a_fault(write: Write) -> None:
    place = write("")
    place.write_bytes(b"bpm = '\xff'")

    assert read_config().faults == (f"{place}: the file of settings is not UTF-8",)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("nothing", "is missing"), ("folder", "is a folder, not a file"), ("pipe", "is a pipe")],
)
def test_a_named_file_that_cannot_be_read_is_a_fault(
    kind: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "named"
    monkeypatch.setenv("PACETAG_CONFIG", str(place))
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)

    (fault,) = read_config().faults

    assert fault.startswith(f"{place}: the file of settings {said}")


def test_a_file_of_another_size_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_file, "MOST", 10)
    write("jobs = 3 # and more\n")

    assert "is too large" in read_config().faults[0]
