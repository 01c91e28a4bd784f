"""`pacetag undo` takes back what scan wrote, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen.flac
import pytest

from pacetag.db.index import SongIndex
from pacetag.db.runs import TagState
from pacetag.tagger.scanning import noted_write
from pacetag.tagger.tags.errors import NotWritableError
from pacetag.tagger.tags.reader import read_tags

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Judged = Callable[[], list[str]]

CONTAINERS = (".mp3", ".flac", ".ogg", ".opus", ".m4a")

pytestmark = pytest.mark.usefixtures("worker_threads")


def edit_flac(song: Path, **fields: str | list[str]) -> None:
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    audio.update(fields)
    audio.save()


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_fields_that_were_not_there_vanish_again(
    suffix: str, make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song(f"172-86{suffix}")
    before = read_tags(song)
    scan_json("--bpm", "overwrite")
    assert read_tags(song) != before

    done = pacetag("undo", library)

    assert read_tags(song) == before
    assert done.exit_code == 0
    assert done.stdout == "1 restored, 0 had nothing to undo, 0 failed\n"


def test_old_values_return_and_what_others_wrote_since_stays(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90", title="Heart of Glass")
    scan_json("--bpm", "overwrite")
    edit_flac(song, genre="Disco")
    scan_json("--bpm", "overwrite")

    pacetag("undo", library)

    tags = read_tags(song)
    assert (tags.bpm, tags.pace, tags.pacetag) == (("90",), (), None)
    assert (tags.title, tags.genre) == ("Heart of Glass", "Disco")


def test_undoing_twice_does_nothing_more(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    pacetag("undo", library)
    content, time = song.read_bytes(), song.stat().st_mtime_ns

    done = pacetag("undo", song)

    assert done.stdout == "0 restored, 1 had nothing to undo, 0 failed\n"
    assert (song.read_bytes(), song.stat().st_mtime_ns) == (content, time)


def test_the_index_keeps_the_paces_and_a_later_scan_writes_again_without_judging(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    index_file: Path,
    judged: Judged,
) -> None:
    song = make_song("172.mp3")
    scan_json()
    pacetag("undo", library)
    judged()

    with SongIndex.open(index_file) as index:
        known = index.song(str(song))
        assert known is not None
        assert known.paces[0].bpm == 172.0
        assert index.writes.state(str(song), str(known.fingerprint)) is TagState.UNDONE
    assert scan_json().outcomes == {"172.mp3": "tagged"}
    assert (judged(), read_tags(song).pace) == ([], ("172",))
    pacetag("undo", library)
    assert read_tags(song).pace == ()


def test_a_dry_run_only_says_what_it_would_put_back(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    content = song.read_bytes()

    done = pacetag("undo", library, "--dry-run", "--json")

    first, last = map(json.loads, done.stdout.splitlines())
    assert first == {
        "path": str(song),
        "outcome": "restored",
        "reason": "would be restored (dry run)",
        "changes": {
            "pace": {"old": ["172"], "new": []},
            "pacetag": {"old": [read_tags(song).pacetag], "new": []},
        },
    }
    counts = {"songs": 1, "restored": 1, "unchanged": 0, "skipped": 0, "failed": 0}
    assert last == {"counts": counts}
    assert song.read_bytes() == content
    assert pacetag("undo", library, "--dry-run").stdout.splitlines() == [
        f"{song.name}: would be restored (dry run)",
        "    PACE     172 -> nothing",
        f"    PACETAG  {read_tags(song).pacetag} -> nothing",
        "1 would be restored (dry run), 0 had nothing to undo, 0 failed",
    ]
    assert pacetag("undo", library).stdout.startswith("1 restored")


def test_a_song_that_moved_since_the_scan_is_undone_by_what_is_remembered_of_it(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90")
    scan_json("--bpm", "overwrite")
    moved = song.rename(library / "moved.flac")

    pacetag("undo", library)

    assert (read_tags(moved).bpm, read_tags(moved).pace) == (("90",), ())


def test_without_memory_the_fields_that_only_pacetag_writes_are_removed(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, index_file: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90")
    scan_json()
    shutil.rmtree(index_file.parent)

    pacetag("undo", library)

    tags = read_tags(song)
    assert (tags.pace, tags.pacetag, tags.bpm) == ((), None, ("90",))


def test_a_song_that_others_changed_since_is_skipped_unless_forced(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90")
    scan_json("--bpm", "overwrite")
    edit_flac(song, PACE=["150"], BPM="91")
    content = song.read_bytes()

    done = pacetag("undo", library)

    assert song.read_bytes() == content
    assert done.stderr == (
        f"{song.name}: skipped: PACE and BPM changed since by another program; "
        "--force undoes it all the same\n"
    )
    assert done.stdout == "0 restored, 0 had nothing to undo, 1 skipped, 0 failed\n"
    assert done.exit_code == 0
    assert pacetag("undo", "--force", library).stdout.startswith("1 restored")
    assert (read_tags(song).pace, read_tags(song).pacetag) == ((), None)
    assert read_tags(song).bpm == ("90",)


def test_an_edited_pace_stays_where_the_index_is_lost(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path, index_file: Path
) -> None:
    song = make_song("172.flac")
    scan_json()
    edit_flac(song, PACE=["150"])
    shutil.rmtree(index_file.parent)

    assert "1 skipped" in pacetag("undo", library).stdout

    assert read_tags(song).pace == ("150",)


def test_what_others_threw_away_need_not_be_undone(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    edit_flac(song, BPM="90")
    scan_json("--bpm", "overwrite")
    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    del audio["PACE"], audio["PACETAG"]
    audio.save()

    assert pacetag("undo", library).stdout.startswith("1 restored")

    assert (read_tags(song).bpm, read_tags(song).pace) == (("90",), ())


def test_several_values_return_as_they_were_and_in_their_order(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac")
    before = {"BPM": ["90", "45"], "PACETAG": ["not", "pacetag's"]}
    edit_flac(song, **before)
    scan_json("--bpm", "overwrite")
    assert read_tags(song).bpm == ("172",)

    pacetag("undo", library)

    audio: Any = mutagen.flac.FLAC(song)  # type: ignore[no-untyped-call]
    assert {name: audio[name] for name in before} == before
    assert "PACE" not in audio


def test_other_audio_under_the_same_name_is_not_given_old_values(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.flac", seed=1)
    edit_flac(song, BPM="90")
    scan_json("--bpm", "overwrite")
    make_song("172.flac", seed=2)

    done = pacetag("undo", library)

    assert read_tags(song).bpm == ()
    assert done.stdout == "0 restored, 1 had nothing to undo, 0 failed\n"


def test_a_song_that_cannot_be_written_fails_and_stays_remembered(
    make_song: MakeSong,
    scan_json: Run,
    pacetag: Run,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise NotWritableError(path, "no permission to read or write it, or its folder")

    song = make_song("172.mp3")
    scan_json()
    with monkeypatch.context() as patch:
        patch.setattr(noted_write, "write_tags", refuse)
        done = pacetag("undo", library)

    assert done.exit_code == 1
    assert done.stderr == f"{song.name}: no permission to read or write it, or its folder\n"
    assert pacetag("undo", library).stdout.startswith("1 restored")


def test_songs_that_were_never_tagged_or_cannot_be_are_left_alone(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    make_song("broken.mp3")
    locked = make_song("120.mp3")
    locked.chmod(0o444)
    scan_json()
    make_song("130.mp3")

    done = pacetag("undo", library)

    assert done.stdout == "0 restored, 3 had nothing to undo, 0 failed\n"


def test_a_song_that_became_read_only_fails_and_can_be_undone_later(
    make_song: MakeSong, scan_json: Run, pacetag: Run, library: Path
) -> None:
    song = make_song("172.mp3")
    scan_json()
    song.chmod(0o444)

    done = pacetag("undo", library)

    reason = "the file is read-only (`chmod u+w` changes that)"
    assert (done.exit_code, done.stderr) == (1, f"{song.name}: {reason}\n")
    song.chmod(0o644)
    assert pacetag("undo", library).stdout.startswith("1 restored")
    assert read_tags(song).pace == ()


def test_a_path_that_is_not_there_is_a_usage_error(pacetag: Run, library: Path) -> None:
    assert pacetag("undo", library / "nowhere").exit_code == 2
