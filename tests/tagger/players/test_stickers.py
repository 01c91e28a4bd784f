"""`pacetag mpd` gives the songs of a real MPD their paces as stickers, and takes them back."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.players import mpd as own_mpd
from pacetag.tagger.players.mpd_library import names_in_mpd
from pacetag.tagger.players.stickers import (
    StickerChange,
    plan_sync,
    stickers_of,
    write_stickers,
)
from tests.tagger.conftest import _noise, write_sound
from tests.tagger.mpd_server import Ask, mpd_server
from tests.tagger.playlist.odd_names import NAMES

Run = Callable[..., Any]
Say = Callable[[str], list[str]]

real = pytest.mark.outside("mpd", "mpc")

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def songs(make_song: Callable[..., Path], scan_json: Run) -> dict[str, Path]:
    """Scanned songs, by their names below the library."""
    names = ("A/172-86.mp3", "A/86.flac", "B/95.mp3", "165 root.mp3", "B/beatless.mp3")
    made = {name: make_song(name) for name in names}
    scan_json()
    return made


@pytest.fixture
def mpc(
    songs: dict[str, Path], library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ask]:
    """A real MPD with a place for stickers that has these songs, and that the environment names."""
    del songs
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "s"))
    with mpd_server(library, tmp_path, stickers=tmp_path / "stickers") as ask:
        yield ask


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Send a line to MPD as it stands, and return the lines that it answers."""

    def say(line: str) -> list[str]:
        with socket.socket(socket.AF_UNIX) as line_to:
            line_to.connect(str(tmp_path / "s"))
            with line_to.makefile("rw", encoding="utf-8", newline="\n") as stream:
                stream.readline()
                stream.write(f"{line}\nclose\n")
                stream.flush()
                return [each.rstrip("\n") for each in stream][:-1]

    return say


def found(say: Say, query: str) -> list[str]:
    """The songs that a query for stickers finds."""
    return sorted(each[6:] for each in say(query) if each.startswith("file: "))


def stickers(say: Say, name: str) -> dict[str, str]:
    """All stickers of a song."""
    listed = [each[9:] for each in say(f'sticker list song "{name}"')]
    return dict(each.split("=", 1) for each in listed)


def test_paces_become_numbers_of_three_digits_the_surest_first() -> None:
    assert stickers_of([172, 86, 258]) == {"pace": "172", "pace2": "086", "pace3": "258"}
    assert stickers_of([]) == {}
    assert list(stickers_of(range(20, 40)))[-1] == "pace12"


@real
def test_the_songs_of_mpd_are_found_by_their_paces(mpc: Ask, say: Say, pacetag: Run) -> None:
    pytest.importorskip("mpd")

    done = pacetag("mpd", "sync")

    assert (done.exit_code, done.stdout) == (
        0,
        "4 songs got stickers, 1 had them already\n",
    )
    assert found(say, 'sticker find song "" pace > 160') == ["165 root.mp3", "A/172-86.mp3"]
    assert found(say, 'sticker find song "" pace < 100') == ["A/86.flac", "B/95.mp3"]
    assert found(say, 'sticker find song "" pace > 090') == [
        *("165 root.mp3", "A/172-86.mp3", "B/95.mp3"),
    ]
    assert found(say, 'sticker find song "" pace = 172') == ["A/172-86.mp3"]
    assert found(say, 'sticker find song "A" pace2 = 086') == ["A/172-86.mp3"]
    assert stickers(say, "B/beatless.mp3") == {}


@real
def test_only_what_differs_is_written_and_what_is_no_pace_any_more_goes(
    mpc: Ask, say: Say, songs: dict[str, Path], pacetag: Run
) -> None:
    pytest.importorskip("mpd")
    pacetag("mpd", "sync")
    pacetag("set", songs["A/172-86.mp3"], "84")
    pacetag("set", "--none", songs["A/86.flac"])

    shown = pacetag("mpd", "sync", "--dry-run").stdout.splitlines()
    before = stickers(say, "A/172-86.mp3")
    done = [pacetag("mpd", "sync").stdout for _ in range(2)]

    assert before == {"pace": "172", "pace2": "086"}
    assert sorted(shown) == [
        "1 song would get stickers, 1 would lose them, 3 had them already (dry run)",
        "A/172-86.mp3: pace = 084, no pace2",
        "A/86.flac: no pace",
    ]
    assert done == [
        "1 song got stickers, 1 lost them, 3 had them already\n",
        "0 songs got stickers, 5 had them already\n",
    ]
    assert stickers(say, "A/172-86.mp3") == {"pace": "084"}
    assert stickers(say, "A/86.flac") == {}


@real
def test_stickers_that_are_not_pacetags_stay(mpc: Ask, say: Say, pacetag: Run) -> None:
    pytest.importorskip("mpd")
    say('sticker set song "A/86.flac" pace "5:30"')
    say('sticker set song "B/95.mp3" rating "8"')
    say('sticker set song "B/95.mp3" pace99 "200"')

    done = pacetag("mpd", "sync")
    after = stickers(say, "B/95.mp3")
    cleared = pacetag("mpd", "clear")

    assert "A/86.flac: keeps pace = 5:30, which pacetag did not write" in done.stderr
    assert (done.exit_code, cleared.exit_code) == (0, 0)
    assert after == {"rating": "8", "pace99": "200", "pace": "095"}
    assert cleared.stdout == "3 songs lost pacetag's stickers\n"
    assert stickers(say, "A/86.flac") == {"pace": "5:30"}
    assert stickers(say, "B/95.mp3") == {"rating": "8", "pace99": "200"}
    assert stickers(say, "A/172-86.mp3") == {}


@real
def test_songs_that_mpd_does_not_know_are_said_with_the_remedy(
    mpc: Ask, make_song: Callable[..., Path], scan_json: Run, pacetag: Run, tmp_path: Path
) -> None:
    pytest.importorskip("mpd")
    new = make_song("C/150.mp3")
    scan_json()

    done = pacetag("mpd", "sync", "--json")
    nowhere = pacetag("mpd", "sync", "--music", tmp_path / "data")

    *lines, last = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, nowhere.exit_code) == (0, 1)
    assert last["counts"] == {
        **{"written": 4, "removed": 0, "failed": 0, "unchanged": 1, "kept": 0, "unknown": 1}
    }
    (unknown,) = (line for line in lines if line["outcome"] == "unknown")
    assert unknown["path"] == str(new)
    (two,) = (line for line in lines if line["name"] == "A/172-86.mp3")
    assert (two["outcome"], two["stickers"]) == ("written", {"pace": "172", "pace2": "086"})
    assert "6 songs are not in MPD's music, such as" in nowhere.stderr
    assert "have it update, or name its folder of music with --music" in nowhere.stderr


@real
def test_an_mpd_on_the_network_names_songs_by_what_it_has(
    songs: dict[str, Path],
    library: Path,
    pacetag: Run,
    say: Say,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To such a client MPD does not tell its folder; and a song's name may be there by chance."""
    pytest.importorskip("mpd")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    monkeypatch.setenv("MPD_HOST", "127.0.0.1")
    monkeypatch.setenv("MPD_PORT", port)
    chance = tmp_path / "other" / "B" / "95.mp3"
    chance.parent.mkdir(parents=True)
    chance.write_bytes(songs["A/86.flac"].read_bytes())
    pacetag("set", chance, "200")
    more = f'bind_to_address "127.0.0.1"\nport "{port}"\n'
    with mpd_server(library, tmp_path, stickers=tmp_path / "stickers", more=more):
        done = pacetag("mpd", "sync")
        below = stickers(say, "B/95.mp3")
        named = pacetag("mpd", "sync", "--music", tmp_path / "other")

        assert done.stdout == "4 songs got stickers, 1 had them already\n"
        assert "1 song is not in MPD's music" in done.stderr
        assert found(say, 'sticker find song "" pace = 172') == ["A/172-86.mp3"]
        assert below == {"pace": "095"}
        assert named.stdout == "1 song got stickers, 0 had them already\n"
        assert stickers(say, "B/95.mp3") == {"pace": "200"}


@real
def test_an_mpd_without_stickers_says_how_to_switch_them_on(
    songs: dict[str, Path],
    library: Path,
    pacetag: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("mpd")
    del songs
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "s"))
    with mpd_server(library, tmp_path):
        done = [pacetag("mpd", "sync"), pacetag("mpd", "clear")]

    for each in done:
        assert each.exit_code == 1
        assert "MPD keeps no stickers: write sticker_file" in each.stderr
        assert "into its mpd.conf" in each.stderr


@real
def test_an_mpd_that_wants_a_password_is_answered_by_naming_one(
    songs: dict[str, Path],
    library: Path,
    pacetag: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("mpd")
    del songs
    limits = 'password "word@read,add,control,admin"\ndefault_permissions "read"\n'
    with mpd_server(library, tmp_path, stickers=tmp_path / "stickers", more=limits):
        done = []
        for password in ("", "wrong@", "word@"):
            monkeypatch.setenv("MPD_HOST", f"{password}{tmp_path / 's'}")
            done.append(pacetag("mpd", "sync", "--music", library))

    assert [each.exit_code for each in done] == [1, 1, 0]
    for each in done[:2]:
        assert "; name the password: MPD_HOST=PASSWORD@HOST\n" in each.stderr
        assert "start it" not in each.stderr


@real
def test_odd_names_and_songs_that_vanish_keep_no_other_from_its_stickers(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mpd")
    music = tmp_path / "odd"
    for name in NAMES:
        (music / name).parent.mkdir(parents=True, exist_ok=True)
        write_sound(music / name, _noise(1))
    paths = [str(music / name) for name in NAMES]
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "s"))
    with (
        mpd_server(music, tmp_path, stickers=tmp_path / "stickers"),
        own_mpd.answering("mpd") as client,
    ):
        names = names_in_mpd(client, paths, None)
        names = {**names, "/gone": "gone.mp3"}
        plan = plan_sync(client, names, {path: {"pace": "165"} for path in names})
        lost = StickerChange(name="gone too.mp3", given={"pace": "165"})
        stale = StickerChange(name=names[paths[0]], removed=("pace2",))
        results = list(write_stickers(client, [*plan.changes[:3], lost, stale, *plan.changes[3:]]))

        assert plan.gone == ["/gone"]
        with_line_breaks = {name for name in NAMES if "\n" in name}
        assert {*names.values()} - {"gone.mp3"} == set(NAMES) - with_line_breaks
        assert [change.name for change, reason in results if reason] == ["gone too.mp3"]
        there = found(say, 'sticker find song "" pace = 165')
        assert len(there) == len(NAMES) - len(with_line_breaks)


@real
def test_a_name_that_is_not_utf_8_keeps_no_other_song_from_its_stickers(
    songs: dict[str, Path],
    library: Path,
    tmp_path: Path,
    say: Say,
    pacetag: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("mpd")
    odd = library / os.fsdecode(b"A/caf\xe9.mp3")
    shutil.copyfile(songs["B/95.mp3"], odd)
    monkeypatch.setenv("MPD_HOST", str(tmp_path / "s"))
    with mpd_server(library, tmp_path, stickers=tmp_path / "stickers"):
        done = pacetag("mpd", "sync")

        assert done.exit_code == 0, done.output
        assert stickers(say, "A/86.flac") == {"pace": "086"}


def test_without_the_package_the_command_that_installs_it_is_said(
    songs: dict[str, Path], pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    del songs
    monkeypatch.setattr(own_mpd, "has_library", lambda: False)

    done = pacetag("mpd", "sync")

    assert done.exit_code == 1
    assert done.stderr.startswith("pacetag: pacetag mpd needs packages that are not installed; `")
    assert "python-mpd2" in done.stderr
