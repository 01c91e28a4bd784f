"""A copy to a target that breaks off anywhere leaves whole files, and is made whole by the next."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pacetag.tagger.cancellation import Stop
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.tags.safety.disk import write_at
from pacetag.tagger.targets import hashing
from tests.tagger.targets.conftest import Bring, Song, shown


def test_a_stop_leaves_whole_files_and_the_same_command_goes_on(
    track: Song, bring: Bring, player: Path
) -> None:
    tracks, stop = [track(f"{name}.mp3") for name in "abc"], Stop()

    done = bring(*tracks, stop=stop, tell=lambda name: stop.request(), playlist="run.m3u8")

    assert (done.copied, done.stopped) == (["Legs - a.mp3"], True)
    assert shown(player) == ["Legs - a.mp3"]
    assert bring(*tracks).copied == ["Legs - b.mp3", "Legs - c.mp3"]


def test_a_stop_in_the_middle_of_a_file_leaves_no_part_of_it(
    track: Song, bring: Bring, player: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, write = Stop(), write_at

    def write_and_stop(descriptor: int, place: int, data: bytes) -> None:
        write(descriptor, place, data)
        stop.request()

    monkeypatch.setattr(hashing, "_STEP", 100)
    monkeypatch.setattr(hashing, "write_at", write_and_stop)

    done = bring(track("a.mp3"), stop=stop)

    assert (done.copied, done.stopped, shown(player)) == ([], True, [])


def test_killed_anywhere_the_next_command_makes_it_whole(tmp_path: Path, root: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    songs = {name: os.urandom(3000) for name in ("a.mp3", "b.mp3")}

    def run(player: Path, at: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.tagger.targets.killed", music, player, str(at)],
            capture_output=True,
            text=True,
            cwd=root,
            check=False,
        )

    def prepared(name: str) -> Path:
        """A player that had another song first, and has a file of its owner's."""
        player = tmp_path / name
        player.mkdir()
        (player / "mine.mp3").write_bytes(b"mine")
        for each, content in {"0.mp3": b"old", **songs}.items():
            if each != "b.mp3":
                (music / each).write_bytes(content)
        assert run(player, 0).returncode == 0
        (music / "0.mp3").unlink()
        (music / "b.mp3").write_bytes(songs["b.mp3"])
        os.utime(music / "a.mp3", ns=(0, 10**18))
        return player

    whole = prepared("whole")
    done = run(whole, 0)
    assert done.returncode == 0, done.stderr
    wanted = {"01 a.mp3": songs["a.mp3"], "02 b.mp3": songs["b.mp3"], "mine.mp3": b"mine"}
    assert {path.name: path.read_bytes() for path in whole.glob("*.mp3")} == wanted
    steps = int(done.stdout)
    assert steps > 20
    for at in range(1, steps + 1, 5):
        player = prepared(f"player {at}")
        assert run(player, at).returncode == -signal.SIGKILL
        assert run(player, 0).returncode == 0
        assert {path.name: path.read_bytes() for path in player.glob("*.mp3")} == wanted
        assert shown(player) == [*sorted(wanted), "run.m3u8"]
        (music / "b.mp3").unlink()


def test_a_card_without_hard_links_and_locks_takes_songs_as_well(
    track: Song, bring: Bring, player: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As FAT and exFAT refuse links, and some network disks locks."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    tracks = [track(f"{name}.mp3") for name in "ab"]
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)

    assert bring(*tracks, playlist="run.m3u8").copied == ["Legs - a.mp3", "Legs - b.mp3"]
    assert len(bring(*reversed(tracks), numbered=True, playlist="run.m3u8").plan.rename) == 2
    assert shown(player) == ["01 Legs - b.mp3", "02 Legs - a.mp3", "run.m3u8"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_or_unplugged_player_ends_it_with_a_sentence(
    track: Song, bring: Bring, player: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    tracks, write = [track(f"{name}.mp3") for name in "abc"], write_at

    def fail(descriptor: int, place: int, data: bytes) -> None:
        if (player / "Legs - a.mp3").exists():
            raise OSError(code, os.strerror(code))
        write(descriptor, place, data)

    monkeypatch.setattr(hashing, "write_at", fail)

    with pytest.raises(TaggerError, match=r"1 file is copied, 2 are not; .* copies the rest"):
        bring(*tracks)
    assert shown(player) == ["Legs - a.mp3"]
    monkeypatch.setattr(hashing, "write_at", write)
    assert bring(*tracks).copied == ["Legs - b.mp3", "Legs - c.mp3"]


def test_what_does_not_read_back_is_not_kept(
    track: Song, bring: Bring, player: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = write_at
    monkeypatch.setattr(
        hashing, "write_at", lambda file, place, data: write(file, place, data[:-1] + b"!")
    )

    with pytest.raises(TaggerError, match="does not read back"):
        bring(track("a.mp3"))
    assert shown(player) == []


def test_parts_of_a_broken_copy_are_tidied_and_other_files_there_stay(
    track: Song, bring: Bring, player: Path
) -> None:
    stage = player / ".pacetag-part"
    stage.mkdir()
    (stage / "part-1.mp3").write_bytes(b"half")
    (stage / "mine.txt").write_bytes(b"mine")

    bring(track("a.mp3"))

    assert [path.name for path in stage.iterdir()] == ["mine.txt"]
