"""Files that are packed, too large, of another kind, damaged, or no files at all."""

import gzip
import os
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pacetag.tagger.errors import UsageError
from pacetag.tagger.runs import bytes as run_bytes
from pacetag.tagger.runs import fit, track_points
from pacetag.tagger.runs.proposal import propose
from pacetag.tagger.runs.reading import read_run
from pacetag.tagger.runs.run import RunFileError
from tests.tagger.runs.recordings import (
    RUNNING,
    STEADY,
    Doing,
    fit_checksum,
    fit_file,
    gpx,
    records,
    session,
    tcx,
    tcx_activity,
)

SMALL: Doing = ((90, 164.0), (20, 0.0), (60, None), (60, 172.0))
CONTENTS = {
    "fit": fit_file(records(SMALL), session(RUNNING, seconds=230)),
    "gpx": gpx(SMALL).encode(),
    "tcx": tcx(tcx_activity(SMALL)).encode(),
}
CONTENTS["gz"] = gzip.compress(CONTENTS["gpx"])


def refused(path: Path) -> str:
    with pytest.raises(RunFileError) as caught:
        propose(read_run(path))
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value.reason


@pytest.mark.parametrize("kind", ["fit", "gpx", "tcx"])
def test_a_packed_file_is_read_whatever_its_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "activity"
    path.write_bytes(gzip.compress(CONTENTS[kind]))

    assert len(read_run(path).samples) == 170


def test_what_is_no_recording_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    for content in (b"ID3\x04" + bytes(1000), b"<html/>", b"x", b"   ", b"<gpx", b"\xff\xfe<\0"):
        path.write_bytes(content)
        assert "name a FIT, GPX or TCX file" in refused(path) or "cut off" in refused(path)
    path.write_bytes(b"")
    assert refused(path) == "is empty; export the run again"


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert refused(tmp_path / "pipe") == "is a pipe, not a file; name a FIT, GPX or TCX file"
    for path in (tmp_path, tmp_path / "gone.fit"):
        with pytest.raises(UsageError, match="is no file; name a FIT, GPX or TCX file"):
            read_run(path)


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_bytes, "MOST", 2**21)
    path = tmp_path / "run.gpx.gz"
    path.write_bytes(gzip.compress(bytes(2**22)))
    assert refused(path) == "unpacks to more than 2 MB; too large"

    path.write_bytes(bytes(2**22))
    assert "is too large" in refused(path)


@pytest.mark.parametrize("kind", ["fit", "gpx"])
def test_more_samples_than_a_run_has_are_refused(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "MOST_MESSAGES", 100)
    monkeypatch.setattr(track_points, "MOST_SAMPLES", 100)
    path = tmp_path / "run"
    path.write_bytes(CONTENTS[kind])

    assert "too many" in refused(path)


def test_the_last_of_several_runs_counts(tmp_path: Path) -> None:
    path = tmp_path / "all.tcx"
    week = 7 * 86_400
    race = (tcx_activity(STEADY, after=2 * week), tcx_activity(SMALL, after=2 * week + 1300))
    path.write_text(tcx(*race, tcx_activity(SMALL), tcx_activity(SMALL, after=week)))

    run = read_run(path)

    assert len(run.samples) == 1200 + 170
    assert run.notes == ("The file holds 3 runs; only the last counts.",)


def test_times_far_apart_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(STEADY).replace("2024-05-01T07:00:07", "2004-05-01T07:00:07"))
    assert len(read_run(path).samples) == 1199  # the one that goes back does not count

    path.write_text(gpx(STEADY).replace("2024-05-01T07:00:00.000", "2004-05-01T07:00:00.000"))
    assert "must be wrong" in refused(path)


def test_a_recording_without_cadence_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(STEADY, cadence=""))
    assert refused(path) == "has no cadence; the watch or the export left it out"

    path.write_text(gpx(()))
    assert refused(path) == "this GPX file has no points with times; export the run again"


def cut_off(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def flip(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)


def flip_without_trace(content: bytearray, chance: random.Random) -> None:
    """Flip bytes of a FIT file, and make its checksum right again."""
    for _ in range(chance.randint(1, 3)):
        content[chance.randrange(14, len(content) - 2)] = chance.randrange(256)
    content[-2:] = fit_checksum(content[:-2]).to_bytes(2, "little")


def repeat(content: bytearray, chance: random.Random) -> None:
    start, end = sorted(chance.sample(range(len(content)), 2))
    content[end:end] = content[start:end]


@pytest.mark.parametrize("damage", [cut_off, flip, repeat, flip_without_trace])
@pytest.mark.parametrize("kind", CONTENTS)
def test_damaged_bytes_are_read_or_refused_with_a_sentence(
    kind: str, damage: Callable[[bytearray, random.Random], None], tmp_path: Path
) -> None:
    path = tmp_path / "run"
    for seed in range(15):
        content = bytearray(CONTENTS[kind])
        damage(content, random.Random(f"{kind} {seed}"))
        path.write_bytes(content)
        with suppress(RunFileError):
            assert 130 <= propose(read_run(path)).cadence <= 250, seed


@pytest.mark.parametrize("wrong", ["-83", "1e999", "nan"])
def test_a_number_that_is_no_cadence_counts_as_none(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "run.gpx"
    path.write_text(gpx(STEADY).replace("<gpxtpx:cad>82<", f"<gpxtpx:cad>{wrong}<", 50))

    run = read_run(path)

    assert None in {sample.cadence for sample in run.samples}
    assert propose(run).cadence == 165
