"""The labels of the free recordings, and fetching them from packages made here."""

import csv
import json
import os
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from pacetag.model.judgement import Pace
from pacetag.model.training.recordings import fetch as fetching
from pacetag.model.training.recordings.fetch import (
    fetch_recordings,
    load_fetched,
    main,
    present_recordings,
)
from pacetag.model.training.recordings.labels import (
    compatible_levels,
    label_candidates,
    recording_windows,
    related_tempos,
)
from pacetag.model.training.recordings.table import (
    HeardWindow,
    Recording,
    load_package_split,
    load_recordings,
)
from pacetag.model.training.songs import LabelledTempo
from pacetag.model.training.sources.deb_files import PackageError, file_sha256, unpack_files
from tests.outside import needs

DATA = Path(str(files("pacetag.model.training"))) / "data"


def heard(*tempos: tuple[float, float]) -> HeardWindow:
    network = tuple(Pace(bpm=bpm, confidence=p) for bpm, p in tempos)
    return HeardWindow(tempo_cnn=None, network=network)


def row(
    kind: str = "beat",
    tempo: float | None = 100.0,
    path: str = "usr/share/game/song.ogg",
    first: HeardWindow | None = None,
    second: HeardWindow | None = None,
) -> Recording:
    return Recording(
        package="game-music",
        path=path,
        seconds=200.0,
        kind=kind,
        tempo=tempo,
        heard=(first or heard(), second or heard()),
    )


def said(labels: list[LabelledTempo], compatible: bool) -> list[float]:
    return [label.bpm for label in labels if label.compatible == compatible]


# The labels file


def comments(name: str) -> str:
    """The comment of a data file as one line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))


def test_the_labels_file_has_the_rows_that_its_comments_count() -> None:
    kinds = Counter(recording.kind for recording in load_recordings())
    makers = Counter(recording.labelled_by for recording in load_recordings())
    said = re.findall(r"(\w+) \((\d+)\)", comments("free_recordings.csv"))

    assert {name: int(count) for name, count in said} == kinds | makers
    assert kinds.total() == makers.total() == 816


def test_every_recording_is_named_once_and_lies_in_its_own_place() -> None:
    files = [recording.file for recording in load_recordings()]

    assert len(set(files)) == len(files)
    assert all(".." not in file.parts and not file.is_absolute() for file in files)


def test_rows_with_a_beat_alone_have_a_tempo() -> None:
    for recording in load_recordings():
        assert (recording.tempo is not None) == (recording.kind in ("beat", "heard"))
        assert recording.seconds >= 60
        if recording.tempo is not None:
            assert 40 <= recording.tempo <= 320
        if recording.kind == "beat" and recording.labelled_by == "consensus":
            assert all(window.network for window in recording.heard)


def test_a_network_labels_no_row_that_the_consensus_or_a_plot_decided() -> None:
    for recording in load_recordings():
        assert recording.labelled_by in ("consensus", "plot", "network")
        assert (recording.kind == "heard") == bool(recording.paces)
        if recording.kind in ("heard", "beat"):
            assert (recording.kind == "heard") == (recording.labelled_by == "network")
        if recording.labelled_by == "network":
            assert recording.kind in ("heard", "none")
            assert not recording.known


def test_heard_rows_have_their_tempo_among_their_sure_paces() -> None:
    heard_rows = [r for r in load_recordings() if r.kind == "heard"]

    assert heard_rows
    for recording in heard_rows:
        sure = [pace.bpm for pace in recording.paces if pace.confidence >= 0.9]
        assert recording.tempo in sure


def test_rows_corrected_on_a_plot_are_among_those_that_were_looked_at() -> None:
    text = (DATA / "checked_recordings.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(li for li in text.splitlines() if not li.startswith("#")))
    looked_at = {(row["package"], row["path"]): row for row in rows}
    known = {(r.package, r.path): r for r in load_recordings()}

    assert len(looked_at) == len(rows) >= 60
    assert looked_at.keys() <= known.keys()
    corrected = {place for place, r in known.items() if r.labelled_by == "plot"}
    assert corrected <= looked_at.keys()
    for place in corrected:
        tempo = looked_at[place]["tempo_bpm"]
        assert known[place].tempo == (float(tempo) if tempo else None)


def test_a_row_is_read_with_all_that_was_heard() -> None:
    found = [r for r in load_recordings() if r.path.endswith("misc/credits.ogg")]

    (song,) = [r for r in found if r.package == "supertux-data"]
    assert (song.kind, song.tempo, song.seconds) == ("beat", 67.45, 107.3)
    assert song.heard[0].tempo_cnn == 68.0
    assert song.heard[0].network[:2] == (
        Pace(bpm=134.86, confidence=0.71),
        Pace(bpm=67.52, confidence=0.54),
    )


# The split


def drawn_packages() -> list[str]:
    """Those among which the split was drawn; the others came later and stand below them."""
    packages = list(load_package_split())
    return packages[: packages.index("widelands-data") + 1]


def test_the_split_keeps_to_its_shares() -> None:
    """60, 15 and 25 % of the rows that teach something, each side with and without a beat."""
    split, drawn = load_package_split(), drawn_packages()
    rows = [r for r in load_recordings() if r.package in drawn and r.known]
    sides = Counter(split[r.package] for r in rows)

    assert {split[package] for package in drawn} == {"train", "validation", "test"}
    assert sides["train"] / len(rows) == pytest.approx(0.60, abs=0.03)
    assert sides["validation"] / len(rows) == pytest.approx(0.15, abs=0.03)
    assert sides["test"] / len(rows) == pytest.approx(0.25, abs=0.03)
    quiet = Counter(split[r.package] for r in rows if r.kind == "none")
    assert min(quiet.values()) >= 5


def test_what_came_after_the_draw_is_trained_on() -> None:
    split, drawn = load_package_split(), drawn_packages()
    later = [package for package in split if package not in drawn]

    assert len(drawn) == 41
    assert len(later) == 32
    assert {split[package] for package in later} == {"train"}


def test_every_package_of_the_split_has_labels() -> None:
    assert set(load_package_split()) <= {recording.package for recording in load_recordings()}


def test_packages_that_share_music_are_on_one_side() -> None:
    """One recording of SuperTux is in SuperTuxKart too."""
    split = load_package_split()

    assert split["supertux-data"] == split["supertuxkart-data"]
    assert split["ufoai-music"] == split["ufoai-sound"]


# Labels


def test_windows_begin_at_their_shares_of_the_track() -> None:
    first, second = recording_windows(row(), Path("music"))

    assert first.path == second.path == Path("music/game-music/usr/share/game/song.ogg")
    assert (first.seconds, second.seconds) == (40.0, 40.0)
    assert [first.start, second.start] == pytest.approx([44.0, 116.0])


def test_a_recording_in_an_archive_lies_apart() -> None:
    archived = row(path="archive:music/song.ogg")

    assert archived.file == Path("game-music/archive/music/song.ogg")


def test_the_consensus_is_right_and_other_levels_where_the_network_agreed() -> None:
    first = heard((200.9, 0.97), (50.1, 0.9), (100.0, 0.3), (25.0, 0.9), (400.0, 0.9))
    second = heard((104.2, 0.9), (200.0, 0.49), (210.0, 0.9))
    recording = row(first=first, second=second)

    # 50 is under 52 and 400 over 310, where the network was not asked; 100 needs no vote.
    assert compatible_levels(recording, 0) == (100.0, 200.0)
    # In the second window .49 is too little, and 210 is 5 % away.
    assert compatible_levels(recording, 1) == (100.0,)


def test_half_and_quarter_are_right_where_they_are_fast_enough() -> None:
    recording = row(tempo=240.0, first=heard((120.0, 0.8), (60.0, 0.6)))

    assert compatible_levels(recording, 0) == (60.0, 120.0, 240.0)


def test_right_tempos_are_the_nearest_candidates_or_themselves() -> None:
    recording = row(first=heard((200.0, 0.9)))

    labels = label_candidates(recording, 0, [98.5, 99.0, 101.5, 204.5])

    assert said(labels, True) == [99.0, 200.0]  # 204.5 is more than 2 % away


def test_candidates_apart_from_all_metrical_levels_are_wrong() -> None:
    """93 is 7 % below 100, 95 only 5 %; 140 and 165 are near nothing, 290 is near the triple."""
    labels = label_candidates(row(), 0, [93.0, 95.0, 100.0, 140.0, 165.0, 290.0])

    assert {93.0, 140.0, 165.0} <= set(said(labels, False))
    assert not {95.0, 100.0, 290.0} & set(said(labels, False))
    assert said(labels, True) == [100.0]


def test_what_a_beat_is_most_easily_taken_for_is_wrong_even_if_it_is_no_candidate() -> None:
    labels = label_candidates(row(), 0, [100.0])

    tempting = [66.667, 75.0, 80.0, 125.0, 133.333, 150.0]
    assert sorted(said(labels, False)) == pytest.approx(tempting, abs=0.01)


def test_half_the_beat_of_a_waltz_is_wrong_and_its_bar_a_level() -> None:
    """A plot shows three beats a bar: what the first network said of the half does not count."""
    said_of = heard((180.0, 0.9), (90.0, 0.9), (60.0, 0.6))
    waltz = replace(row(tempo=180.0, first=said_of), metre="triple")
    march = row(tempo=180.0, first=said_of)

    labels = label_candidates(waltz, 0, [60.5, 90.5, 180.0])

    assert said(labels, True) == [60.5, 180.0]
    assert {90.0, 90.5} <= set(said(labels, False))
    assert compatible_levels(march, 0) == (90.0, 180.0)
    assert 90.0 in related_tempos(march)
    assert 90.0 not in related_tempos(waltz)


def test_a_metre_is_known_from_plots_alone() -> None:
    in_three = [r for r in load_recordings() if r.metre]

    assert {r.metre for r in in_three} == {"triple"}
    assert {r.labelled_by for r in in_three} == {"plot"}


def test_tempting_tempos_outside_the_range_of_candidates_are_left_out() -> None:
    """Of 240 the 5/4, 4/3 are inside 320, 3/2 is not; of 50 the 2/3 and 3/4 are below 40."""
    fast = said(label_candidates(row(tempo=240.0), 0, []), False)
    slow = said(label_candidates(row(tempo=50.0), 0, []), False)

    assert max(fast) == pytest.approx(320.0)
    assert min(slow) == pytest.approx(40.0)
    assert (len(fast), len(slow)) == (5, 4)


@pytest.mark.parametrize("ratio", [1 / 4, 1 / 3, 1 / 2, 1, 2, 3])
@pytest.mark.parametrize("off", [0.95, 1.05])
def test_a_metrical_level_that_was_not_heard_is_never_called_wrong(
    ratio: float, off: float
) -> None:
    labels = label_candidates(row(tempo=150.0), 0, [150.0 * ratio * off])

    assert 150.0 * ratio * off not in said(labels, False)


def test_without_a_beat_every_candidate_is_wrong() -> None:
    labels = label_candidates(row(kind="none", tempo=None), 1, [50.0, 100.0, 200.0])

    assert said(labels, False) == [50.0, 100.0, 200.0]
    assert said(labels, True) == []
    assert related_tempos(row(kind="none", tempo=None)) == ()


@pytest.mark.parametrize("kind", ["unclear", "short"])
def test_of_other_rows_nothing_is_known(kind: str) -> None:
    assert label_candidates(row(kind=kind, tempo=None), 0, [50.0, 100.0]) == []


def test_of_a_heard_row_only_what_the_network_was_sure_of_is_known() -> None:
    paces = ((60.0, 0.95), (120.0, 0.99), (240.0, 0.7), (80.0, 0.02), (90.0, 0.03), (180.0, 0.01))
    recording = replace(
        row(kind="heard", tempo=120.0),
        labelled_by="network",
        paces=tuple(Pace(bpm=bpm, confidence=p) for bpm, p in paces),
    )

    labels = label_candidates(recording, 0, [60.5, 80.5, 90.0, 119.5, 150.0, 178.0, 240.0])

    assert said(labels, True) == [60.5, 119.5]
    # 90 was doubted, 150 never judged, 240 belongs to the family.
    assert said(labels, False) == [80.5, 178.0]
    assert compatible_levels(recording, 1) == (60.0, 120.0)


def test_a_network_never_denies_a_relative_of_the_beat() -> None:
    recording = replace(
        row(kind="heard", tempo=120.0),
        paces=(Pace(bpm=120.0, confidence=0.99), Pace(bpm=42.0, confidence=0.001)),
    )

    assert said(label_candidates(recording, 0, [42.0]), False) == []  # 5 % beside a third


def test_a_track_too_short_for_two_windows_is_halved() -> None:
    halves = recording_windows(replace(row(), seconds=71.0), Path("music"))
    windows = recording_windows(replace(row(), seconds=72.0), Path("music"))

    assert [(w.start, w.seconds) for w in halves] == [(0.0, 35.5), (35.5, 35.5)]
    assert [w.seconds for w in windows] == [40.0, 40.0]


def test_no_tempo_of_any_row_is_both_right_and_wrong() -> None:
    grid = [40 * 1.01**step for step in range(209)]
    for recording in load_recordings():
        for window in (0, 1):
            labels = label_candidates(recording, window, grid)
            assert not set(said(labels, True)) & set(said(labels, False))


# Fetching


@pytest.fixture
@needs("dpkg-deb")
def make_deb(tmp_path: Path) -> Callable[..., Path]:
    """Build a Debian package of the files given, in tmp_path/debs."""

    def make(files: dict[str, bytes], package: str = "game-music", version: str = "2.5-1") -> Path:
        root = tmp_path / f"root-{package}-{version}"
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        (root / "DEBIAN").mkdir(parents=True)
        (root / "DEBIAN" / "control").write_text(
            f"Package: {package}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: Someone <someone@example.org>\nDescription: music\n"
        )
        target = tmp_path / "debs" / f"{package}_{version}_all.deb"
        target.parent.mkdir(exist_ok=True)
        subprocess.run(
            ["dpkg-deb", "-Znone", "-b", str(root), str(target)], check=True, capture_output=True
        )
        return target

    return make


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> tuple[Recording, ...]:
    """Three rows of one package take the place of the real labels."""
    rows = (
        row(),
        row(path="archive:music/deep.ogg"),
        row(path="usr/share/game/gone.ogg", kind="none", tempo=None),
    )
    monkeypatch.setattr(fetching, "load_recordings", lambda: rows)
    monkeypatch.setattr(fetching, "load_package_split", lambda: {"game-music": "train"})
    return rows


@pytest.fixture
def game_files(tmp_path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(tmp_path / "data.pk3", "w") as archive:
        archive.writestr("music/deep.ogg", b"deep sound")
        archive.writestr("music/other.ogg", b"other sound")
    return {
        "usr/share/game/song.ogg": b"sound",
        "usr/share/game/picture.png": b"picture",
        "usr/share/game/base/data.pk3": (tmp_path / "data.pk3").read_bytes(),
        "usr/share/doc/game-music/copyright": b"free",
    }


def test_only_what_is_in_the_labels_is_taken_out_of_a_package(
    tmp_path: Path,
    make_deb: Callable[..., Path],
    table: tuple[Recording, ...],
    game_files: dict[str, bytes],
) -> None:
    deb = make_deb(game_files)
    out = tmp_path / "out"

    (fetched,) = fetch_recordings(out, debs=deb.parent)

    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert there == {
        "game-music.json",
        "game-music/usr/share/game/song.ogg",
        "game-music/archive/music/deep.ogg",
        "game-music/copyright",
    }
    assert (out / table[0].file).read_bytes() == b"sound"
    assert (out / table[1].file).read_bytes() == b"deep sound"
    assert fetched.missing == ("usr/share/game/gone.ogg",)
    assert fetched.version == "2.5-1"
    assert fetched.sha256 == file_sha256(deb)
    assert json.loads((out / "game-music.json").read_text())["sha256"] == fetched.sha256
    assert deb.exists()
    assert present_recordings(out) == table[:2]


def test_what_is_there_is_not_fetched_again_but_what_was_lost_is(
    tmp_path: Path,
    make_deb: Callable[..., Path],
    table: tuple[Recording, ...],
    game_files: dict[str, bytes],
) -> None:
    deb = make_deb(game_files)
    out = tmp_path / "out"
    fetch_recordings(out, debs=deb.parent)
    song = out / table[0].file
    before = song.stat()

    (again,) = fetch_recordings(out, debs=tmp_path / "nothing-here")
    assert song.stat() == before
    assert again == load_fetched(out, "game-music")

    song.write_bytes(b"s")
    assert load_fetched(out, "game-music") is None
    fetch_recordings(out, debs=deb.parent)
    assert song.read_bytes() == b"sound"


@pytest.mark.parametrize("keep", [False, True])
def test_a_downloaded_package_is_dropped_unless_it_is_to_be_kept(
    tmp_path: Path,
    make_deb: Callable[..., Path],
    table: tuple[Recording, ...],
    game_files: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    keep: bool,
) -> None:
    """A script in apt-get's place copies the package into the working folder, as that does."""
    deb = make_deb(game_files)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(
        f'#!/bin/sh\n[ "$1 $2" = "download game-music" ] && cp {deb} .\n'
    )
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    out = tmp_path / "out"

    (fetched,) = fetch_recordings(out, keep=keep)

    assert len(fetched.files) == 3
    assert [p.name for p in out.glob("*.deb")] == ([deb.name] if keep else [])
    assert not list(out.glob(".download*"))


def test_a_package_that_cannot_be_had_is_skipped_with_a_sentence(
    tmp_path: Path,
    table: tuple[Recording, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")

    assert main([str(tmp_path / "out")]) == 1

    spoken = capsys.readouterr().err
    assert "game-music is skipped: E: Unable to locate package" in spoken
    assert "0 of 1 packages, 0 recordings" in spoken


def test_without_apt_the_reason_is_said(
    tmp_path: Path,
    table: tuple[Recording, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main([str(tmp_path / "out"), "--package", "game-music"]) == 1
    assert "apt-get is not installed" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["no package", "cut off", "none of it"])
def test_a_package_without_its_recordings_is_skipped(
    tmp_path: Path,
    make_deb: Callable[..., Path],
    table: tuple[Recording, ...],
    game_files: dict[str, bytes],
    damage: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deb = make_deb({"usr/share/doc/x": b"x"} if damage == "none of it" else game_files)
    if damage == "no package":
        deb.write_bytes(b"this is no package")
    if damage == "cut off":
        deb.write_bytes(deb.read_bytes()[:3000])

    assert fetch_recordings(tmp_path / "out", debs=deb.parent) == ()
    assert "game-music is skipped: game-music_2.5-1_all.deb" in capsys.readouterr().err
    assert load_fetched(tmp_path / "out", "game-music") is None


def test_a_package_without_labels_is_refused(
    tmp_path: Path, table: tuple[Recording, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch_recordings(tmp_path, packages=["other"]) == ()
    assert "other is skipped: no recording of it is in the labels file" in capsys.readouterr().err


def test_a_broken_archive_in_a_package_is_passed_over(
    tmp_path: Path, make_deb: Callable[..., Path]
) -> None:
    target = tmp_path / "deep.ogg"
    deb = make_deb({"a.pk3": b"no archive at all", "b.txt": b"x"})

    assert unpack_files(deb, {}, {"music/deep.ogg": target}) == set()
    assert not target.exists()


def test_a_missing_package_file_is_a_package_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PackageError, match="dpkg-deb is not installed"):
        unpack_files(tmp_path / "x.deb", {}, {})
