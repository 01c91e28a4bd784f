"""Paces in a library of beets: fields, queries, sorting, reading again, import, playlists."""

import subprocess
import sys
from pathlib import Path

import pytest
from beets.exceptions import UserError

from tests.tagger.beetsplug.conftest import StartBeet, TitledSong, put, tag_of, written
from tests.tagger.conftest import FAKES

SUFFIXES = ("mp3", "flac", "ogg", "opus", "m4a")
PACES = {"slow": (80.0, 160.0), "quick": (172.4,), "both": (165.0, 82.5), "none": ()}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_import_reads_what_the_tags_have(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, suffix: str
) -> None:
    titled_song(f"song.{suffix}", tag_of(160, 80.2, intensity=0.62, opinion="loved"))
    beet = start_beet()

    beet("import", str(library))

    shown = "$pace|$pace_confidence|$pace_intensity|$pace_opinion|$pacetag"
    pace, confidence, intensity, opinion, line = beet("ls", "-f", shown).strip().split("|")
    assert (pace, confidence, intensity, opinion) == ("160/80", "0.90", "0.62", "loved")
    assert line.startswith("1 bundle=ear-1 paces=160.00@0.90,80.20@0.90")


FOUND = {
    "pace:165": {"both"},
    "pace:160": {"slow"},  # not the first of its paces
    "pace:161": set(),
    "pace:160..170": {"slow", "both"},
    "pace:170..": {"quick"},
    "pace:..82": {"slow"},
    "pace:..83": {"slow", "both"},
    "^pace:150..": {"none", "untagged"},
    "pace:": {"slow", "quick", "both"},
    "pace_confidence:0.8..": {"slow", "quick", "both"},
    "pace_intensity:0.5..": {"quick"},
    "pace_intensity:..0.5": {"slow"},
    "pace_opinion:excluded": {"slow"},
    "pacetag:bundle=ear-1": {"slow", "quick", "both", "none"},
}


def test_a_query_holds_for_any_of_a_songs_paces(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    facts = {"slow": (0.2, "excluded"), "quick": (0.8, None)}
    for name, paces in PACES.items():
        intensity, opinion = facts.get(name, (None, None))
        titled_song(f"{name}.mp3", tag_of(*paces, intensity=intensity, opinion=opinion))
    titled_song("untagged.mp3")
    beet = start_beet()
    beet("import", str(library))

    assert {query: set(beet.titles(query)) for query in FOUND} == FOUND


def test_songs_sort_by_their_most_confident_pace(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    for name, paces in PACES.items():
        titled_song(f"{name}.mp3", tag_of(*paces))
    beet = start_beet()
    beet("import", str(library))

    assert beet.titles("pace+") == ["none", "slow", "both", "quick"]
    assert beet.titles("pace-") == ["quick", "both", "slow", "none"]


def test_a_query_that_is_no_number_is_refused(start_beet: StartBeet) -> None:
    with pytest.raises(ValueError, match="'quick' is not an int or a float"):
        start_beet()("ls", "pace:quick")


def test_paces_that_a_person_wrote_count(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    titled_song("set.mp3", tag_of(160, 80, listener=(84.0, 168.0)))
    beet = start_beet()

    beet("import", str(library))

    assert beet("ls", "-f", "$pace at $pace_confidence").strip() == "84/168 at 1.00"


def test_the_command_reads_again_what_changed(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    for name in ("old", "new", "other"):
        titled_song(f"{name}.mp3", tag_of(150) if name == "old" else None)
    beet = start_beet()
    beet("import", str(library))
    put(Path(beet.items()["new"].filepath), tag_of(160, 80), tmp_path)

    said = beet("pacetag")

    assert "pace:  -> 160/80" in said
    assert "3 songs read, 1 changed" in said
    assert "1 song without PACETAG: `beet pacetag --scan` has them judged" in said
    assert beet.titles("pace:160") == ["new"]
    assert "1 song read, 0 changed" in beet("pacetag", "title:new")


def test_a_song_without_paces_has_an_empty_field(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    """Which expressions and templates can ask for."""
    titled_song("none.mp3")
    titled_song("some.mp3", tag_of(160, 80))
    beet = start_beet("inline", item_fields={"first": "pace[0] if pace else 0"})
    beet("import", str(library))

    shown = beet("ls", "-f", "$title:$pace:$first", "title+").split()

    assert shown == ["none::0", "some:160/80:160"]


def test_a_library_of_before_the_plug_in_gets_the_fields(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    titled_song("none.mp3")
    beet = start_beet()
    beet("import", str(library))
    item = beet.items()["none"]
    del item["pace"], item["pacetag"]
    item.store()

    assert "1 song read, 0 changed" in beet("pacetag")
    assert beet("ls", "-f", "[$pace]").strip() == "[]"


def test_update_still_sees_what_else_changed_in_a_file(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    titled_song("song.mp3")
    beet = start_beet()
    beet("import", str(library))
    before = beet.items()["song"].mtime
    put(Path(beet.items()["song"].filepath), tag_of(160), tmp_path)

    beet("pacetag")

    assert beet.items()["song"].mtime == before


def test_update_reads_paces_too(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    titled_song("song.mp3")
    beet = start_beet()
    beet("import", str(library))
    item = beet.items()["song"]
    put(Path(item.filepath), tag_of(160, 80), tmp_path)
    item.mtime = 0
    item.store()

    assert "pace:  -> 160/80" in beet("update")
    assert beet.titles("pace:80") == ["song"]


def test_a_file_that_cannot_be_read_stops_nothing(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    for name in ("gone", "there"):
        titled_song(f"{name}.mp3")
    beet = start_beet()
    beet("import", str(library))
    beet.items()["gone"].filepath.unlink()
    put(Path(beet.items()["there"].filepath), tag_of(160), tmp_path)

    said = beet("pacetag")

    assert "gone.mp3: there is no such file" in said
    assert beet.titles("pace:160") == ["there"]


@pytest.fixture
def fake_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the plug-in run the real command with a judge that needs no network."""
    program = str(FAKES / "pacetag_with_fake_judge.py")
    monkeypatch.setattr("beetsplug.pacetag.command.COMMAND", (sys.executable, program))


@pytest.mark.usefixtures("fake_judge")
def test_the_command_has_songs_judged(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    titled_song("172.0-86.0.mp3")
    titled_song("gone.mp3")
    beet = start_beet()
    beet("import", str(library))
    beet.items()["gone"].filepath.unlink()

    said = beet("pacetag", "--scan")

    assert "1 song read, 1 changed" in said
    song = beet.items()["172.0-86.0"]
    assert song.pace == (172, 86)
    assert written(song.filepath)["PACE"] == ["172", "86"]
    assert written(library / "172.0-86.0.mp3")["PACE"] == []  # beets' copy was tagged


@pytest.mark.usefixtures("fake_judge")
def test_an_import_has_songs_judged_where_that_is_set(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    titled_song("song.mp3")
    beet = start_beet(pacetag={"scan": True})

    beet("import", str(library))

    song = beet.items()["song"]
    assert song.pacetag
    assert written(song.filepath)["PACETAG"] == [song.pacetag]


@pytest.mark.usefixtures("fake_judge")
def test_an_import_that_must_not_write_has_nothing_judged(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    titled_song("song.mp3")
    beet = start_beet(pacetag={"scan": True}, **{"import": {"write": False}})

    said = beet("-v", "import", str(library))

    assert "import.write is off" in said
    assert "1 song without PACETAG: `beet pacetag --scan` has them judged" in said
    assert written(beet.items()["song"].filepath) == {"PACE": [], "PACETAG": []}


def test_a_command_that_cannot_be_run_ends_with_a_sentence(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titled_song("song.mp3")
    beet = start_beet()
    beet("import", str(library))
    monkeypatch.setattr("beetsplug.pacetag.command.COMMAND", ("false", "x"))
    said = beet("pacetag", "--scan")
    assert "could not judge or tag all songs" in said
    assert "has them judged" not in said
    monkeypatch.setattr("beetsplug.pacetag.command.COMMAND", ("sh", "-c", "exit 2"))

    with pytest.raises(UserError, match="pacetag scan could not be run"):
        beet("pacetag", "--scan")


def test_many_songs_are_scanned_in_several_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beetsplug.pacetag import command

    place = tmp_path / "given"
    script = tmp_path / "script"
    script.write_text(f'#!/bin/sh\nshift\necho "$#" >> "{place}"\n')
    script.chmod(0o755)
    monkeypatch.setattr(command, "COMMAND", (str(script),))

    assert command.scan(f"/music/{number:090}" for number in range(2_500))

    counts = [int(line) for line in place.read_text().split()]
    assert sum(counts) == 2_500
    assert len(counts) == 3


def test_smart_playlists_follow_the_paces(
    start_beet: StartBeet, titled_song: TitledSong, library: Path, tmp_path: Path
) -> None:
    for name in ("fits", "fitted"):
        titled_song(f"{name}.mp3", tag_of(165) if name == "fitted" else None)
    lists = {"playlist_dir": str(tmp_path), "relative_to": str(tmp_path / "beets/songs")}
    query = {"name": "run.m3u", "query": "pace:160..170"}
    beet = start_beet("smartplaylist", smartplaylist={**lists, "playlists": [query]})
    beet("import", str(library))
    beet("splupdate")
    assert (tmp_path / "run.m3u").read_text() == "fitted.mp3\n"
    items = beet.items()
    put(Path(items["fits"].filepath), tag_of(166, 83), tmp_path)
    put(Path(items["fitted"].filepath), tag_of(150), tmp_path)

    beet("pacetag")

    assert (tmp_path / "run.m3u").read_text() == "fits.mp3\n"


def test_beet_itself_loads_the_plug_in(
    start_beet: StartBeet, titled_song: TitledSong, library: Path
) -> None:
    titled_song("song.mp3", tag_of(160, 80))
    beet = start_beet()
    beet("import", str(library))
    command = [sys.executable, "-m", "beets", "ls", "-f", "$title $pace", "pace:150..170"]

    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ran.stdout == "song 160/80\n"


def test_commands_that_ask_for_no_pace_load_nothing_that_reads_tags(start_beet: StartBeet) -> None:
    """So beet starts nearly as quickly as without the plug-in."""
    start_beet()
    probe = "import sys; from beets import ui; ui._raw_main(['ls']); print(*sys.modules)"

    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    loaded = set(ran.stdout.split())
    assert "beetsplug.pacetag.plugin" in loaded
    assert loaded.isdisjoint({"pacetag.tagger.tags.reader", "sqlite_utils", "av"})


def test_pacetag_itself_needs_no_beets(root: Path) -> None:
    """All that imports beets lies in one folder."""
    users = {
        path.parent.relative_to(root).as_posix()
        for top in ("tagger", "model", "db")
        for path in (root / top).rglob("*.py")
        if any(f"{word} beets" in path.read_text() for word in ("import", "from"))
    }

    assert users == {"tagger/beetsplug"}
