"""`--pace-values joined` writes PACE as one value, 172/86; the form says nothing of whose it is."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.tags.fields import PACE
from pacetag.tagger.tags.held import held_fields
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.stored import record
from tests.tagger.tags.making import TITLES
from tests.tagger.tags.test_every_container import foreign
from tests.tagger.tags.test_other_programs import fields_of
from tests.tagger.writing import write_tags

Run = Callable[..., Any]
Put = Callable[..., Path]

JOINING = ("mp3-v23", "mp3-v23tight", "mp3-v22", "wav-front", "aiff", "tta")  # ID3 before 2.4
FAMILIES = ("mp3-v23", "mp3-v24", "flac", "opus", "m4a", "wma", "wv", "wav")
SEPARATE, JOINED = ["172", "86"], ["172/86"]

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def put(made: dict[str, Path], library: Path) -> Put:
    """Put a song of a kind, with two paces, into the library."""

    def put(kind: str = "flac", folder: str = "") -> Path:
        place = library / (folder or kind)
        place.mkdir(exist_ok=True)
        return Path(shutil.copy(made[kind], place / f"172-86{made[kind].suffix}"))

    return put


def stored(song: Path) -> list[str]:
    """The values of PACE as mutagen reads them."""
    return held_fields(song, ["pace"])["pace"]


def all_stored(songs: dict[str, Path]) -> dict[str, list[str]]:
    return {kind: stored(song) for kind, song in songs.items()}


def separate(kinds: Any) -> dict[str, list[str]]:
    """What songs hold one by one, as far as their tags can."""
    return {kind: JOINED if kind in JOINING else SEPARATE for kind in kinds}


def joined(kinds: Any) -> dict[str, list[str]]:
    return dict.fromkeys(kinds, JOINED)


@pytest.mark.parametrize(
    ("held", "is_joined"),
    [
        (["172/86"], True),
        (["172; 86"], True),
        (["172", "86"], False),
        (["172\x0086"], False),
        (["172"], False),
        (["172", "172"], False),
        ([], False),
    ],
)
def test_a_form_is_told_by_the_values(held: list[str], is_joined: bool) -> None:
    assert PACE.is_joined(held) is is_joined


def test_every_container_gets_each_form_and_keeps_it_unjudged(
    put: Put, scan_json: Run, pacetag: Run, library: Path, judged: Callable[[], list[str]]
) -> None:
    songs = {kind: put(kind) for kind in TITLES if kind != "oga"}
    before = {kind: foreign(song) for kind, song in songs.items()}
    scan_json()
    first = {kind: (stored(song), read_tags(song)) for kind, song in songs.items()}
    judged()

    told = scan_json("--pace-values", "joined", "--read-only-check", str(library))
    as_one = all_stored(songs)
    again = [scan_json("--pace-values", "joined"), scan_json(), scan_json("--force")]
    kept = all_stored(songs)

    assert {kind: values for kind, (values, _) in first.items()} == separate(songs)
    assert as_one == kept == joined(songs)
    assert [scan.counts["written"] for scan in again] == [0, 0, 0]
    assert (told.result.exit_code, told.counts["analysed"]) == (0, 0)
    for kind, song in songs.items():
        (_, old), new = first[kind], read_tags(song)
        assert (new.pace, new.pacetag) == (old.pace, old.pacetag), kind
    scan_json("--pace-values", "separate")
    assert all_stored(songs) == separate(songs)
    assert pacetag("undo", "--all").exit_code == 0
    assert all_stored(songs) == {kind: [] for kind in songs}
    assert {kind: foreign(song) for kind, song in songs.items()} == before


def test_undo_of_one_run_returns_the_former_form(put: Put, scan_json: Run, pacetag: Run) -> None:
    songs = {kind: put(kind) for kind in FAMILIES}
    scan_json()
    scan_json("--pace-values", "joined")

    done = pacetag("undo", "--run", "2")

    assert done.exit_code == 0
    assert all_stored(songs) == separate(songs)


def test_a_joined_pace_is_pacetags_own_where_index_and_log_are_lost(
    put: Put, scan_json: Run, index_file: Path
) -> None:
    songs = {kind: put(kind) for kind in FAMILIES}
    scan_json("--pace-values", "joined")
    index_file.unlink()

    counts = scan_json().counts

    assert (counts["analysed"], counts["written"]) == (0, 0)
    assert all_stored(songs) == joined(songs)
    assert {record(index_file, song).listener for song in songs.values()} == {None}


def test_what_a_person_typed_keeps_its_form(put: Put, scan_json: Run, index_file: Path) -> None:
    typed = {"one": ["84/168"], "two": ["84", "168"], "odd": ["168; 84"]}
    songs = {name: put(folder=name) for name in typed}
    scan_json()
    for name, values in typed.items():
        write_tags(songs[name], {"pace": values})

    for form in ("joined", "separate", "keep"):
        scan_json("--pace-values", form)
        assert all_stored(songs) == typed, form

    assert record(index_file, songs["one"]).listener == (84.0, 168.0)
    assert record(index_file, songs["odd"]).listener == (168.0, 84.0)


def test_paces_that_were_set_by_pacetag_follow_the_setting(
    put: Put, scan_json: Run, pacetag: Run, monkeypatch: pytest.MonkeyPatch, index_file: Path
) -> None:
    fresh, scanned = put(folder="fresh"), put(folder="scanned")
    scan_json(scanned)
    monkeypatch.setenv("PACETAG_PACE_VALUES", "joined")

    for song in (fresh, scanned):
        assert pacetag("set", song, "84", "168").exit_code == 0
    set_joined = [stored(fresh), stored(scanned)]
    monkeypatch.delenv("PACETAG_PACE_VALUES")
    pacetag("set", scanned, "90", "180")
    kept = stored(scanned)
    scan_json("--pace-values", "separate")

    assert set_joined == [["84/168"], ["84/168"]]
    assert kept == ["90/180"]
    assert [stored(fresh), stored(scanned)] == [["84", "168"], ["90", "180"]]
    assert record(index_file, fresh).listener == (84.0, 168.0)


def test_paces_that_were_set_stay_a_persons_where_pacetag_was_lost(
    put: Put, scan_json: Run, pacetag: Run, index_file: Path
) -> None:
    songs = {kind: put(kind) for kind in FAMILIES}
    pacetag("set", *songs.values(), "84", "168")
    scan_json("--pace-values", "joined")
    for song in songs.values():
        write_tags(song, {"pacetag": []})

    scan_json("--pace-values", "separate")

    assert {record(index_file, song).listener for song in songs.values()} == {(84.0, 168.0)}
    assert {kind for kind, song in songs.items() if len(stored(song)) == 1} == {"mp3-v23"}


def test_a_dry_run_shows_the_form(put: Put, scan_json: Run, pacetag: Run, library: Path) -> None:
    song = put()
    scan_json()
    before = song.read_bytes()

    shown = pacetag("scan", "--dry-run", "--pace-values", "joined", library).stdout

    assert "PACE     172 | 86 -> 172/86" in shown
    assert song.read_bytes() == before


def test_a_setting_of_the_file_joins_them(
    put: Put, scan_json: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = put()
    settings = tmp_path / "own.toml"
    settings.write_text('pace-values = "joined"\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(settings))

    scan_json()

    assert stored(song) == JOINED


@pytest.mark.outside("ffprobe")
def test_a_player_that_shows_the_first_value_shows_both(put: Put, scan_json: Run) -> None:
    songs = {kind: put(kind) for kind in ("mp3-v24", "m4a", "wma", "wv")}
    scan_json()
    first = {fields_of(song)["PACE"] for song in songs.values()}

    scan_json("--pace-values", "joined")

    assert first == {"172"}
    assert {fields_of(song)["PACE"] for song in songs.values()} == {"172/86"}


@dataclass
class Events:
    """One song of each family, and what may happen to all of them."""

    songs: dict[str, Path]
    scan_json: Run
    pacetag: Run
    index_file: Path
    patch: pytest.MonkeyPatch
    chance: random.Random
    form: str = "keep"  # of the last scan
    steps: list[str] = field(default_factory=list)

    def step(self) -> None:
        deeds = (self.scan, self.scan, self.mangle, self.mangle, self.lose_index, self.another_ear)
        deed = self.chance.choice(deeds)
        deed()
        self.steps.append(f"{deed.__name__} {self.form}")

    def scan(self) -> None:
        self.form = self.chance.choice(("keep", "separate", "joined"))
        force = ["--force"] if self.chance.random() < 0.2 else []
        assert self.scan_json("--pace-values", self.form, *force).result.exit_code == 0

    def mangle(self) -> None:
        """What other programs make of the values."""
        forms = (["172"], ["86"], ["86", "172"], ["172; 86"], ["172, 86"], ["172|86"])
        for song in self.songs.values():
            if read_tags(song).pacetag:
                write_tags(song, {"pace": self.chance.choice(forms)})

    def lose_index(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.index_file.with_name(self.index_file.name + suffix).unlink(missing_ok=True)

    def another_ear(self) -> None:
        ref = JudgeRef(bundle=f"fake-{len(self.steps) + 2}", factory="fake_judge:load")
        self.patch.setattr(pool, "shipped_judge", lambda: ref)


@pytest.mark.parametrize("seed", range(3))
def test_the_last_form_holds_after_any_events_and_the_paces_stay_the_networks(
    seed: int,
    put: Put,
    scan_json: Run,
    pacetag: Run,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    songs = {kind: put(kind) for kind in FAMILIES}
    music = Events(songs, scan_json, pacetag, index_file, monkeypatch, random.Random(seed))
    for _ in range(6):
        music.step()

    for form in ("joined", "separate"):
        scan_json("--pace-values", form)
        forms = {kind: PACE.is_joined(values) for kind, values in all_stored(songs).items()}
        wanted = {kind: form == "joined" or kind in JOINING for kind in songs}
        assert forms == wanted, music.steps
        assert {read_tags(song).pace for song in songs.values()} == {("172", "86")}, music.steps
        assert scan_json("--pace-values", form).counts["written"] == 0, music.steps
        assert {record(index_file, song).listener for song in songs.values()} == {None}
    pacetag("undo", "--all")
    assert all_stored(songs) == {kind: [] for kind in songs}, music.steps
