"""`--bpm-range` writes the most confident pace of a range into BPM, and nothing else's BPM."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.paces import PaceRange
from pacetag.tagger.tags.held import held_fields
from tests.tagger.tags.test_every_container import foreign
from tests.tagger.writing import write_tags

Run = Callable[..., Any]
Put = Callable[..., Path]

FAMILIES = ("mp3-v23", "mp3-v24", "flac", "opus", "m4a", "wma", "wv", "wav")

pytestmark = pytest.mark.usefixtures("worker_threads")


@pytest.fixture
def put(made: dict[str, Path], library: Path) -> Put:
    """Put a song of a kind, with two paces, into the library; it may have a BPM."""

    def put(kind: str = "flac", bpm: str | None = None, name: str = "86-172") -> Path:
        (library / kind).mkdir(exist_ok=True)
        song = Path(shutil.copy(made[kind], library / kind / f"{name}{made[kind].suffix}"))
        if bpm is not None:
            write_tags(song, {"bpm": [bpm]})
        return song

    return put


def bpm(song: Path) -> list[str]:
    """BPM as mutagen reads it."""
    return held_fields(song, ["bpm"])["bpm"]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("140-190", (140, 190)),
        (" 140 - 190 ", (140, 190)),
        ("140\N{EN DASH}190", (140, 190)),
        ("140..190", (140, 190)),
        ("140..", (140, 400)),
        ("..190", (20, 190)),
        ("165", (165, 165)),
        ("20-400", (20, 400)),
    ],
)
def test_a_range_is_read_as_people_write_it(text: str, ends: tuple[int, int]) -> None:
    found = PaceRange.read(text)

    assert (found.low, found.high) == ends
    assert PaceRange.read(str(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("190-140", "write 140-190"),
        ("-190", "lacks an end"),
        ("140-", "lacks an end"),
        ("..", "no range"),
        ("", "no range"),
        ("fast", "no range"),
        ("140.5-190", "no range"),
        ("140-190-200", "no range"),
        ("١٤٠-١٩٠", "no range"),
        ("10-190", "20 to 400"),
        ("140-401", "20 to 400"),
        ("500..", "20 to 400"),
    ],
)
def test_what_is_no_range_is_wrong_usage(
    text: str, said: str, put: Put, pacetag: Run, library: Path
) -> None:
    song = put()
    before = song.read_bytes()

    done = pacetag("scan", f"--bpm-range={text}", library)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert song.read_bytes() == before


def test_the_pace_within_the_range_is_written_in_every_container_and_taken_back(
    put: Put, scan_json: Run, pacetag: Run, judged: Callable[[], list[str]]
) -> None:
    songs = {kind: put(kind) for kind in FAMILIES}
    scan_json()
    before = {kind: foreign(song) for kind, song in songs.items()}
    judged()

    scan_json("--bpm-range", "140-190")
    within = {kind: bpm(song) for kind, song in songs.items()}
    again = scan_json("--bpm-range", "140-190")
    scan_json("--bpm-range", "60..100")
    below = {kind: bpm(song) for kind, song in songs.items()}

    assert within == {key: ["172"] for key in FAMILIES}
    assert again.counts["written"] == 0
    assert below == {key: ["86"] for key in FAMILIES}
    assert {kind: foreign(song) for kind, song in songs.items()} == before
    assert judged() == []
    assert pacetag("undo", "--all").exit_code == 0
    assert {kind: bpm(song) for kind, song in songs.items()} == {key: [] for key in FAMILIES}


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        (["--bpm-range", "140-190"], "90", "90"),
        (["--bpm-range", "140-190"], "0", "172"),
        (["--bpm", "if-missing", "--bpm-range", "140-190"], "90", "90"),
        (["--bpm", "overwrite", "--bpm-range", "140-190"], "90", "172"),
        (["--bpm", "overwrite", "--bpm-range", "100-140"], "90", "90"),
        (["--bpm", "never", "--bpm-range", "140-190"], None, None),
        (["--bpm-range", "100-140"], None, None),
        (["--bpm-range", "172"], None, "172"),
        (["--bpm-range", "173..190"], None, None),
    ],
)
def test_which_bpm_stays_and_which_is_written(
    options: list[str], before: str | None, after: str | None, put: Put, scan_json: Run
) -> None:
    song = put(bpm=before)

    scan_json(*options)

    assert bpm(song) == ([] if after is None else [after])


def test_of_two_paces_in_the_range_the_more_confident_one_is_written(
    put: Put, scan_json: Run
) -> None:
    song = put(name="160-180-90")

    scan_json("--bpm-range", "140-190")

    assert bpm(song) == ["160"]


def test_only_what_pacetag_wrote_follows_another_range(put: Put, scan_json: Run) -> None:
    """A BPM that a person set since, even the same as another pace, is theirs."""
    own, theirs = put(name="86-172 own"), put(name="86-172 theirs")
    scan_json("--bpm-range", "140-190")
    write_tags(theirs, {"bpm": ["171"]})

    counts = scan_json("--bpm-range", "80-90").counts

    assert (bpm(own), bpm(theirs)) == (["86"], ["171"])
    assert counts["written"] == 1


def test_a_bpm_that_undo_gave_back_is_not_pacetags(put: Put, scan_json: Run, pacetag: Run) -> None:
    song = put(bpm="90")
    scan_json("--bpm", "overwrite", "--bpm-range", "140-190")
    assert bpm(song) == ["172"]
    assert pacetag("undo", "--all").exit_code == 0

    scan_json("--bpm-range", "140-190")

    assert bpm(song) == ["90"]


def test_a_bpm_in_a_file_that_came_with_pacetags_tags_stays(
    put: Put, scan_json: Run, index_file: Path
) -> None:
    """Without the log of writes no one can tell whose it is."""
    song = put()
    scan_json("--bpm-range", "140-190")
    index_file.unlink()

    scan_json("--bpm-range", "80-90")
    scan_json("--bpm-range", "80-90")

    assert bpm(song) == ["172"]


def test_paces_that_a_person_set_are_chosen_from(put: Put, scan_json: Run, pacetag: Run) -> None:
    song = put()
    scan_json("--bpm-range", "140-190")
    pacetag("set", song, "84", "168")

    scan_json("--bpm-range", "140-190")

    assert bpm(song) == ["168"]


def test_a_setting_gives_the_range(
    put: Put, scan_json: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = put()
    settings = tmp_path / "own.toml"
    settings.write_text('bpm-range = "140..190"\n')
    monkeypatch.setenv("PACETAG_CONFIG", str(settings))

    scan_json("--bpm", "never")
    untouched = bpm(song)
    scan_json()

    assert (untouched, bpm(song)) == ([], ["172"])
