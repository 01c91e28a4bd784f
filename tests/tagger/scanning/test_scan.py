"""`pacetag scan`, through the real command, on real files, tags and index."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import mutagen.id3
import pytest
from mutagen.id3 import ID3, TIT2

from pacetag.db.index import SongIndex
from pacetag.db.records import NEVER, SongRecord
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.history import before
from pacetag.tagger.tags.pacetag import PaceTag, parse_pacetag
from pacetag.tagger.tags.reader import read_tags
from pacetag.tagger.workers import pool
from pacetag.tagger.workers.judging import JudgeRef
from tests.tagger.writing import write_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Judged = Callable[[], list[str]]

CONTAINERS = (".mp3", ".flac", ".ogg", ".opus", ".m4a")


pytestmark = pytest.mark.usefixtures("worker_threads")


def record(index_file: Path, song: Path) -> SongRecord:
    with SongIndex.open(index_file) as index:
        found = index.song(str(song))
    assert found is not None
    return found


def tags_before(index_file: Path, song: Path) -> object:
    """What an undo of everything would put back."""
    with SongIndex.open(index_file) as index:
        return before(index.writes.history(str(song), file_fingerprint(song)))


def note(song: Path) -> PaceTag:
    found = parse_pacetag(read_tags(song).pacetag)
    assert found is not None
    return found


def edit_flac(song: Path, **fields: str) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update(fields)
    audio.save()


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_song_gets_its_paces_into_its_tags_and_into_the_index(
    suffix: str, make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    song = make_song(f"172.34-86.2{suffix}")

    found = scan_json()

    tags = read_tags(song)
    assert tags.pace == ("172", "86")
    said = note(song)
    assert said.bundle == "fake-1"
    assert [(pace.bpm, pace.confidence) for pace in said.analysis.paces] == [
        (172.34, 0.98),
        (86.2, 0.93),
    ]
    assert tags.bpm == ()
    known = record(index_file, song)
    assert [pace.bpm for pace in known.paces] == [172.34, 86.2]
    assert (known.bundle, known.duration, known.fingerprint) == ("fake-1", 180.0, said.fingerprint)
    assert found.outcomes == {song.name: "tagged"}
    assert found.result.exit_code == 0


def test_a_second_scan_analyses_and_writes_nothing(
    make_song: MakeSong, scan_json: Run, judged: Judged, library: Path
) -> None:
    for suffix in (*CONTAINERS, ".wav"):
        make_song(f"120{suffix}")
    make_song("short.mp3")
    make_song("broken.mp3")
    first = scan_json()
    before = snapshot(library)
    judged()

    second = scan_json()

    assert (first.counts["analysed"], first.counts["written"]) == (8, 6)
    assert (second.counts["analysed"], second.counts["written"]) == (0, 0)
    assert judged() == []
    assert snapshot(library) == before
    assert second.counts["songs"] == 8


def test_the_json_lines_keep_their_keys(make_song: MakeSong, scan_json: Run) -> None:
    make_song("172.34.mp3")

    found = scan_json()

    (song,) = found.songs.values()
    assert set(song) == {"path", "outcome", "paces", "reason", "changes"}
    assert song["paces"] == [{"bpm": 172.34, "confidence": 0.98}]
    assert song["reason"] is None
    assert set(found.counts) == {
        *("songs", "tagged", "unchanged", "skipped", "failed", "analysed", "written")
    }
    last = json.loads(found.result.stdout.splitlines()[-1])
    assert set(last) == {"counts", "untagged", "missing", "unreadable", "passed_over", "seconds"}
    assert set(last["passed_over"]) == {"folders", "hidden", "songs", "files"}
    assert found.result.stderr == ""


def test_a_song_that_changes_tempo_says_so_and_the_index_and_tags_remember(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    path = make_song("120 changing.mp3")

    (song,) = scan_json().songs.values()

    assert song["reason"] == "changes tempo, 100 to 141 bpm"
    assert record(index_file, path).analysis.tempo_segments == (100.0, 141.41)
    assert record(index_file, path).analysis.stability == 0.001
    assert note(path).analysis.tempo_segments == (100.0, 141.41)


def test_how_driving_a_song_is_stands_in_the_index_and_the_tags(
    make_song: MakeSong, scan_json: Run, index_file: Path
) -> None:
    path = make_song("120 driving.mp3")

    scan_json()

    assert record(index_file, path).analysis.intensity == 0.62
    assert note(path).analysis.intensity == 0.62


def test_each_outcome_has_its_reason_and_failures_show_in_the_exit_code(
    make_song: MakeSong, scan_json: Run
) -> None:
    for name in ("120.mp3", "short.mp3", "broken.mp3", "buggy.mp3", "130.wav"):
        make_song(name).chmod(0o444 if name == "130.wav" else 0o644)

    found = scan_json()

    assert found.outcomes == {
        "120.mp3": "tagged",
        "short.mp3": "skipped",
        "broken.mp3": "failed",
        "buggy.mp3": "failed",
        "130.wav": "unchanged",
    }
    assert found.songs["short.mp3"]["reason"] == "3.0 s long; at least 12 s are needed"
    assert found.songs["broken.mp3"]["reason"] == "cannot decode audio: it is not audio"
    assert found.songs["130.wav"]["reason"].startswith("indexed only: ")
    assert found.songs["130.wav"]["paces"] == [{"bpm": 130.0, "confidence": 0.98}]
    assert found.result.exit_code == 1


def test_a_failure_is_remembered_until_the_song_changes_or_force_asks(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    song = make_song("broken.mp3")
    scan_json()
    judged()

    again = scan_json()
    assert again.outcomes == {"broken.mp3": "failed"}
    assert again.songs["broken.mp3"]["reason"] == (
        "cannot decode audio: it is not audio (it is as it was; `pacetag scan --force` tries again)"
    )
    assert (again.result.exit_code, judged()) == (1, [])

    overlooked = scan_json("--ignore-failed")
    assert overlooked.outcomes == {"broken.mp3": "skipped"}
    assert (overlooked.result.exit_code, judged()) == (0, [])

    assert scan_json("--force").outcomes == {"broken.mp3": "failed"}
    assert judged() == ["broken.mp3", "broken.mp3"]  # once more, as a fault may pass

    shutil.copy(song, song.with_name("tmp"))
    song.with_name("tmp").replace(song)
    assert scan_json().outcomes == {"broken.mp3": "failed"}


def test_a_song_that_is_too_short_is_no_failure_at_any_scan(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    make_song("short.mp3")
    first = scan_json()
    judged()

    again = scan_json()

    assert first.outcomes == again.outcomes == {"short.mp3": "skipped"}
    assert (again.result.exit_code, judged()) == (0, [])


def test_a_fault_of_the_system_is_tried_again_at_the_next_scan(
    make_song: MakeSong,
    scan_json: Run,
    judged: Judged,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault = tmp_path / "the disk fails"
    fault.touch()
    monkeypatch.setenv("FAKE_JUDGE_FAULT", str(fault))
    make_song("failing 120.mp3")
    first, second = scan_json(), scan_json()
    fault.unlink()
    third = scan_json()

    for found in (first, second):
        assert found.outcomes == {"failing 120.mp3": "failed"}
        assert found.songs["failing 120.mp3"]["reason"] == (
            "cannot be read: Input/output error (the next scan tries again)"
        )
        assert found.result.exit_code == 1
    assert third.outcomes == {"failing 120.mp3": "tagged"}
    assert len(judged()) == 3


def test_a_disk_that_fails_while_a_song_is_read_is_no_fault_of_the_song(
    make_song: MakeSong, scan_json: Run, library: Path
) -> None:
    """Linux answers a look into the memory's first page as a broken disk would."""
    make_song("130.mp3")
    song = library / "120.mp3"
    song.symlink_to("/proc/self/mem")

    found = scan_json()

    assert found.outcomes == {"120.mp3": "failed", "130.mp3": "tagged"}
    assert found.songs["120.mp3"]["reason"] == (
        "the system says: Input/output error (the next scan tries again)"
    )
    song.unlink()
    make_song("120.mp3")
    assert scan_json().outcomes == {"120.mp3": "tagged", "130.mp3": "unchanged"}


def test_a_song_that_is_read_only_is_tagged_once_it_may_be_written(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    """Its rights are no part of the song, which stays as it was."""
    song = make_song("album/120.mp3")
    song.chmod(0o444)
    first, second = scan_json(), scan_json()
    song.chmod(0o644)
    third = scan_json()

    for found in (first, second):
        assert found.result.exit_code == 0
        assert found.outcomes == {"120.mp3": "unchanged"}
        assert found.songs["120.mp3"]["reason"] == (
            "indexed only: the file is read-only (`chmod u+w` changes that)"
        )
    assert third.outcomes == {"120.mp3": "tagged"}
    assert judged() == ["120.mp3"]


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".m4a"])
def test_a_song_in_a_read_only_folder_is_written_in_its_place(
    suffix: str, make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song(f"album/120{suffix}")
    before, listing = song.stat(), sorted(song.parent.iterdir())
    song.parent.chmod(0o555)
    try:
        assert scan_json().outcomes == {song.name: "tagged"}
        assert read_tags(song).pace == ("120",)
        undone = pacetag("undo", library)
    finally:
        song.parent.chmod(0o755)

    assert undone.stdout.startswith("1 restored")
    assert read_tags(song).pace == ()
    assert song.stat().st_ino == before.st_ino
    assert sorted(song.parent.iterdir()) == listing


def test_tags_that_became_old_while_they_could_not_be_written_are_written_later(
    make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("album/120.mp3")
    scan_json()
    song.chmod(0o444)
    newer = JudgeRef(bundle="fake-2", factory="fake_judge:load")
    monkeypatch.setattr(pool, "shipped_judge", lambda: newer)
    for _ in range(2):
        assert scan_json().outcomes == {"120.mp3": "unchanged"}
    song.chmod(0o644)

    assert scan_json().outcomes == {"120.mp3": "tagged"}
    assert (read_tags(song).pacetag or "").startswith("1 bundle=fake-2 ")


def test_a_renamed_song_is_not_judged_again_and_its_row_moves(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path, library: Path
) -> None:
    song = make_song("172-86.mp3")
    scan_json()
    judged()
    moved = library / "album" / "01 - song.mp3"
    moved.parent.mkdir()
    song.rename(moved)

    found = scan_json()

    assert judged() == []
    assert found.outcomes == {moved.name: "unchanged"}
    assert found.songs[moved.name]["reason"] == f"moved from {song}"
    assert [pace["bpm"] for pace in found.songs[moved.name]["paces"]] == [172.0, 86.0]
    with SongIndex.open(index_file) as index:
        assert index.song(str(song)) is None
    assert tags_before(index_file, moved) == {"pace": [], "pacetag": []}
    assert record(index_file, moved).paces[0].bpm == 172.0


def test_a_retagged_song_is_not_judged_again_and_its_title_is_noted(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path
) -> None:
    song = make_song("172.flac")
    scan_json()
    judged()
    edit_flac(song, title="Because the Night")

    found = scan_json()

    assert (judged(), found.outcomes) == ([], {"172.flac": "unchanged"})
    assert record(index_file, song).title == "Because the Night"


def test_tags_that_another_program_threw_away_stay_away_and_nothing_is_judged(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    judged()
    mutagen.id3.ID3(song).delete(song)  # type: ignore[no-untyped-call]

    found = scan_json()

    assert (judged(), found.outcomes) == ([], {"172.mp3": "unchanged"})
    assert read_tags(song).pace == ()
    assert [pace.bpm for pace in record(index_file, song).paces] == [172.0]


def test_a_copy_takes_the_paces_of_its_original(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    judged()
    copy = song.with_name("copy.mp3")
    shutil.copy(song, copy)

    found = scan_json()

    assert judged() == []
    assert found.outcomes == {"172.mp3": "unchanged", "copy.mp3": "unchanged"}
    assert found.songs["copy.mp3"]["reason"] == "same audio as 172.mp3"
    assert record(index_file, song).paces == record(index_file, copy).paces
    assert tags_before(index_file, copy) == {"pace": [], "pacetag": []}


def test_copies_in_the_same_scan_are_judged_once(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    for name in ("100 a.mp3", "100 b.mp3", "100 c.mp3"):
        make_song(name, seed=1)

    found = scan_json()

    assert len(judged()) == 1
    assert found.counts["tagged"] == 3
    assert found.counts["analysed"] == 1


def test_a_lost_index_is_rebuilt_from_the_tags(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path
) -> None:
    songs = [make_song(f"172.34-86.2{suffix}") for suffix in CONTAINERS]
    beatless = make_song("beatless.mp3")
    scan_json()
    judged()
    shutil.rmtree(index_file.parent)

    found = scan_json()

    assert judged() == []
    assert set(found.outcomes.values()) == {"unchanged"}
    assert found.songs[beatless.name]["reason"] == "paces taken over from its tags"
    for song in songs:
        paces = [(pace.bpm, pace.confidence) for pace in record(index_file, song).paces]
        assert paces == [(172.34, 0.98), (86.2, 0.93)]
    assert record(index_file, beatless).paces == ()
    assert scan_json().counts["written"] == 0


def test_tags_of_another_network_or_of_other_audio_are_not_taken_over(
    make_song: MakeSong,
    scan_json: Run,
    judged: Judged,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_song("172.mp3")
    scan_json()
    judged()
    newer = JudgeRef(bundle="fake-2", factory="fake_judge:load")
    monkeypatch.setattr(pool, "shipped_judge", lambda: newer)

    assert scan_json().counts["analysed"] == 1
    assert judged() == ["172.mp3"]
    assert scan_json().counts["analysed"] == 0

    shutil.rmtree(index_file.parent)
    monkeypatch.setattr(
        pool, "shipped_judge", lambda: JudgeRef(bundle="x", factory="fake_judge:load")
    )
    assert scan_json().counts["analysed"] == 1


def test_other_audio_under_the_same_name_is_judged(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    make_song("172.mp3", seed=1)
    scan_json()
    judged()
    make_song("172.mp3", seed=2)

    found = scan_json()

    assert (judged(), found.outcomes) == (["172.mp3"], {"172.mp3": "tagged"})


def test_a_song_without_a_beat_says_so_in_pacetag_and_has_no_pace(
    make_song: MakeSong, scan_json: Run
) -> None:
    song = make_song("beatless.mp3")

    found = scan_json()

    tags = read_tags(song)
    assert found.songs["beatless.mp3"]["outcome"] == "tagged"
    assert found.songs["beatless.mp3"]["paces"] == []
    assert (tags.pace, note(song).analysis.paces) == ((), ())
    assert " paces=none " in str(tags.pacetag)


def test_a_pace_from_another_program_stays_and_the_reason_says_so(
    make_song: MakeSong, scan_json: Run
) -> None:
    song = make_song("172.flac")
    edit_flac(song, PACE="brisk")

    found = scan_json()

    assert read_tags(song).pace == ("brisk",)
    assert note(song).analysis.paces[0].bpm == 172.0
    reason = found.songs["172.flac"]["reason"]
    assert reason.startswith("its PACE is not pacetag's and was left alone; `pacetag set` ")
    assert scan_json().counts["written"] == 0


def test_no_tags_leaves_the_files_as_they_are_and_a_later_scan_writes_them(
    make_song: MakeSong, scan_json: Run, judged: Judged, library: Path
) -> None:
    song = make_song("172.mp3")
    before = snapshot(library)

    found = scan_json("--no-tags")
    assert snapshot(library) == before
    assert found.outcomes == {"172.mp3": "unchanged"}
    assert found.songs["172.mp3"]["reason"] == "indexed only (--no-tags)"
    judged()

    assert scan_json().outcomes == {"172.mp3": "tagged"}
    assert (judged(), read_tags(song).pace) == ([], ("172",))


def test_a_dry_run_reports_what_it_would_do_and_changes_neither_files_nor_index(
    make_song: MakeSong, scan_json: Run, library: Path, index_file: Path, pacetag: Run
) -> None:
    make_song("172.mp3")
    before = snapshot(library)

    found = scan_json("--dry-run")
    assert found.outcomes == {"172.mp3": "tagged"}
    assert found.songs["172.mp3"]["reason"] == "would be written"
    assert found.counts["written"] == 0
    assert snapshot(library) == before
    assert not index_file.parent.exists()

    scan_json()
    make_song("130.mp3")
    known, before = snapshot(index_file.parent), snapshot(library)
    again = scan_json("--dry-run")
    assert again.outcomes == {"172.mp3": "unchanged", "130.mp3": "tagged"}
    assert (snapshot(index_file.parent), snapshot(library)) == (known, before)


def test_force_judges_what_is_known(make_song: MakeSong, scan_json: Run, judged: Judged) -> None:
    make_song("172.mp3")
    scan_json()
    judged()

    found = scan_json("--force")

    assert judged() == ["172.mp3"]
    assert found.outcomes == {"172.mp3": "unchanged"}  # the tags say so already


@pytest.mark.parametrize(
    ("mode", "before", "after"),
    [
        ("never", None, ()),
        ("never", "90", ("90",)),
        ("if-missing", None, ("172",)),
        ("if-missing", "90", ("90",)),
        ("overwrite", None, ("172",)),
        ("overwrite", "90", ("172",)),
    ],
)
def test_the_bpm_field_is_written_as_asked_even_on_a_known_song(
    mode: str, before: str | None, after: tuple[str, ...], make_song: MakeSong, scan_json: Run
) -> None:
    song = make_song("172.3-86.flac")
    if before:
        edit_flac(song, BPM=before)
    scan_json()
    assert read_tags(song).bpm == ((before,) if before else ())

    first = scan_json("--bpm", mode)
    second = scan_json("--bpm", mode)

    assert read_tags(song).bpm == after
    assert first.counts["analysed"] == second.counts["written"] == 0


def test_bpm_stays_where_no_pace_was_heard(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("beatless.flac")
    edit_flac(song, BPM="90")

    scan_json("--bpm", "overwrite")

    assert read_tags(song).bpm == ("90",)


def test_vanished_songs_are_marked_missing_and_welcomed_back(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path, tmp_path: Path
) -> None:
    make_song("120.mp3")
    song = make_song("album/172.mp3")
    scan_json()
    away = tmp_path / "172.mp3"
    song.rename(away)

    scan_json()
    assert record(index_file, song).missing
    assert not record(index_file, song.parent.parent / "120.mp3").missing

    away.rename(song)
    judged()
    assert scan_json().outcomes["172.mp3"] == "unchanged"
    assert not record(index_file, song).missing
    assert judged() == []


def test_an_empty_root_is_taken_for_an_unmounted_disk(
    make_song: MakeSong, scan_json: Run, library: Path, index_file: Path
) -> None:
    song = make_song("disk/120.mp3")
    scan_json()
    song.unlink()

    scan_json(library / "disk")

    assert not record(index_file, song).missing


def test_a_scan_of_one_folder_says_nothing_about_others(
    make_song: MakeSong, scan_json: Run, library: Path, index_file: Path
) -> None:
    one, other = make_song("a/120.mp3"), make_song("b/130.mp3")
    make_song("a/140.mp3")
    scan_json()
    one.unlink()
    other.unlink()

    scan_json(library / "a")

    assert record(index_file, one).missing
    assert not record(index_file, other).missing


def test_a_single_song_can_be_named(make_song: MakeSong, scan_json: Run) -> None:
    song = make_song("120.mp3")
    make_song("130.mp3")

    assert scan_json(song).outcomes == {"120.mp3": "tagged"}


def test_a_path_that_is_not_there_ends_with_a_sentence_and_nothing_done(
    make_song: MakeSong, pacetag: Run, library: Path, index_file: Path
) -> None:
    make_song("120.mp3")

    done = pacetag("scan", library, library / "nowhere")

    assert done.exit_code == 2
    assert done.stderr.startswith(f"pacetag: {library / 'nowhere'}: there is no such file")
    assert done.stdout == ""
    assert not index_file.exists()


def test_a_song_that_cannot_be_written_is_still_indexed_and_tried_again(
    make_song: MakeSong,
    scan_json: Run,
    judged: Judged,
    index_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path, _fields: object, **_: object) -> None:
        raise NotWritableError(path, "no permission to read or write it, or its folder")

    song = make_song("172.mp3")
    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", refuse)
        found = scan_json()
    assert found.outcomes == {"172.mp3": "failed"}
    assert found.songs["172.mp3"]["reason"] == (
        "indexed, but not tagged: no permission to read or write it, or its folder"
    )
    assert record(index_file, song).paces[0].bpm == 172.0
    judged()

    assert scan_json().outcomes == {"172.mp3": "tagged"}
    assert judged() == []


def test_a_song_that_another_program_holds_open_is_written_by_the_next_scan(
    make_song: MakeSong, scan_json: Run, judged: Judged, index_file: Path
) -> None:
    song = make_song("172.mp3")
    with song.open("ab"):
        found = [scan_json() for _ in range(2)]
        with SongIndex.open(index_file) as index:
            assert index.writes.history(str(song), file_fingerprint(song)) == []
    for each in found:
        assert each.songs["172.mp3"]["reason"] == (
            "indexed, but not tagged: another program has it open for writing "
            "(the next scan tries again)"
        )
    assert record(index_file, song).stamp == NEVER  # so that a watcher looks at it again
    assert record(index_file, song).paces[0].bpm == 172.0

    assert scan_json().outcomes == {"172.mp3": "tagged"}
    assert judged() == ["172.mp3"]


def test_a_song_that_changes_while_it_is_judged_is_not_written(
    make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("172.mp3")
    real = write_tags

    def late(path: Path, fields: Any, **expected: Any) -> Any:
        path.write_bytes(path.read_bytes() + b"\0" * 500)
        return real(path, fields, **expected)

    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", late)
        found = scan_json()

    assert found.outcomes == {"172.mp3": "failed"}
    assert "changed since it was looked at" in found.songs["172.mp3"]["reason"]
    assert read_tags(song).pace == ()
    assert scan_json().counts["analysed"] == 1


def test_what_others_write_meanwhile_wins_and_the_song_is_looked_at_again(
    make_song: MakeSong, scan_json: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song("172.mp3")
    others = iter(["set by another program"])

    def late(path: Path, fields: Any, **expected: Any) -> Any:
        for title in others:  # once
            tags: Any = ID3()  # type: ignore[no-untyped-call]
            tags["TIT2"] = TIT2(encoding=3, text=title)  # type: ignore[no-untyped-call]
            tags.save(path)
        return write_tags(path, fields, **expected)

    monkeypatch.setattr(noted_write, "write_tags", late)

    assert scan_json().outcomes == {"172.mp3": "tagged"}
    tags = read_tags(song)
    assert tags.title == "set by another program"
    assert tags.pace


def test_text_with_a_songs_name_fails_with_a_reason_and_stays_as_it_is(
    scan_json: Run, library: Path
) -> None:
    (library / "broken lyrics.mp3").write_text("la la la")

    found = scan_json()

    assert found.outcomes == {"broken lyrics.mp3": "failed"}
    assert (library / "broken lyrics.mp3").read_text() == "la la la"


def test_a_name_that_is_not_text_goes_through(
    make_song: MakeSong, scan_json: Run, library: Path, pacetag: Run
) -> None:
    raw = os.fsdecode(b"172 caf\xe9 \x1b[1m.mp3")
    make_song("172.mp3").rename(library / raw)

    found = scan_json()

    assert found.outcomes == {raw: "tagged"}
    assert read_tags(library / raw).pace == ("172",)
    assert scan_json().counts["analysed"] == 0


def test_without_a_terminal_there_are_plain_lines_and_a_summary(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    make_song("172-86.mp3")
    make_song("174.mp3")
    make_song("broken.mp3")

    done = pacetag("scan", library, "--jobs", "1")

    assert "\x1b" not in done.output
    assert done.stderr == "1 song failed:\n  broken.mp3: cannot decode audio: it is not audio\n"
    assert "3 songs in " in done.stdout
    assert "2 tagged, 0 unchanged, 0 skipped, 1 failed; 3 analysed, 2 written" in done.stdout
    assert "170-179  ######################################## 2" in done.stdout
    assert " 80-89   #################### 1" in done.stdout


def test_a_dry_run_lists_what_would_be_written(
    make_song: MakeSong, pacetag: Run, library: Path
) -> None:
    song = make_song("172-86.mp3")

    lines = pacetag("scan", library, "--jobs", "1", "--dry-run").stdout.splitlines()

    assert lines[0].split() == ["tagged", "172", "86", song.name, "(would", "be", "written)"]
    assert lines[1] == "    PACE     nothing -> 172 | 86"
    assert lines[2].startswith("    PACETAG  nothing -> 1 bundle=fake-1 paces=172.00@0.98,86.00@")
    assert lines[3] == "Dry run: neither files nor index were touched."


def test_a_folder_without_songs_is_reported(pacetag: Run, library: Path) -> None:
    done = pacetag("scan", library)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "No songs were found there."


def test_a_damaged_index_ends_with_a_sentence(
    make_song: MakeSong, pacetag: Run, library: Path, index_file: Path
) -> None:
    make_song("120.mp3")
    index_file.parent.mkdir()
    index_file.write_bytes(b"this is no database" * 100)

    for command in (("scan", library), ("scan", library, "--dry-run"), ("stats",)):
        done = pacetag(*command)
        assert done.exit_code == 1
        assert done.stderr.startswith(f"pacetag: {index_file}: ")
        assert "Traceback" not in done.stderr


def test_without_a_network_nothing_is_judged_and_the_sentence_says_why(
    make_song: MakeSong, pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song("120.mp3")
    lost = JudgeRef(bundle="none", factory="fake_judge:load_nothing")
    monkeypatch.setattr(pool, "shipped_judge", lambda: lost)

    done = pacetag("scan", library, "--jobs", "1")

    assert done.exit_code == 1
    assert done.stderr == "pacetag: bundle.json: missing; reinstall pacetag\n"
