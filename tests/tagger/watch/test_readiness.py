"""Songs that still grow are told from those that are complete."""

import time
from pathlib import Path

import pytest

from pacetag.tagger.library.walk import stamp
from pacetag.tagger.watch.readiness import HELD, LONGEST, Readiness, changed_songs


class Clock:
    """Both clocks, which go on by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    @property
    def now(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made, real = Clock(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + made.ahead)
    return made


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"sound")
    return path


def test_a_song_is_ready_once_it_has_been_silent(song: Path, clock: Clock) -> None:
    looks = Readiness(pause=1.0)

    assert looks.ready([song], clock.now) == []
    assert looks.next_due() is not None
    clock.ahead += 1.1
    assert looks.take_due(clock.now) == [song]
    assert looks.ready([song], clock.now) == [song]
    assert (looks.next_due(), len(looks)) == (None, 0)


def test_a_song_that_was_silent_before_it_was_seen_is_ready_at_once(
    song: Path, clock: Clock
) -> None:
    clock.ahead += 30

    assert Readiness(pause=1.0).ready([song], clock.now) == [song]


def test_a_song_that_grows_is_looked_at_in_pauses_that_grow_with_it(
    song: Path, clock: Clock
) -> None:
    looks, pauses = Readiness(pause=1.0), []
    for _ in range(12):
        with song.open("ab") as file:
            file.write(b"more")
        assert looks.ready([song], clock.now) == []
        due = looks.next_due()
        assert due is not None
        pauses.append(round(due - clock.now))

    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == LONGEST


def test_a_song_that_changes_again_after_it_was_ready_is_given_longer(
    song: Path, clock: Clock
) -> None:
    looks = Readiness(pause=1.0)
    looks.ready([song], clock.now)
    clock.ahead += 1.1
    assert looks.ready([song], clock.now) == [song]
    clock.ahead = 0.0
    song.write_bytes(b"other sound")

    assert looks.ready([song], clock.now) == []
    clock.ahead = 1.1
    assert looks.ready([song], clock.now) == []
    clock.ahead = 2.1
    assert looks.ready([song], clock.now) == [song]


def test_a_song_that_a_program_holds_open_waits_for_the_close_or_a_minute(
    song: Path, clock: Clock
) -> None:
    looks = Readiness(pause=1.0)
    with song.open("ab"):
        assert looks.ready([song], clock.now) == []
        clock.ahead += HELD / 2
        assert looks.ready([song], clock.now) == []
    assert looks.ready([song], clock.now) == [song]  # closed

    with song.open("ab") as file:
        file.write(b"x")
        file.flush()
        clock.ahead = 0
        assert looks.ready([song], clock.now) == []
        clock.ahead += HELD + 1
        assert looks.ready([song], clock.now) == [song]


def test_a_song_that_is_not_looked_at_when_it_is_due_is_due_after_a_pause(
    song: Path, clock: Clock
) -> None:
    looks = Readiness(pause=1.0)
    looks.ready([song], clock.now)
    clock.ahead += 1.1
    now = clock.now

    assert looks.take_due(now) == [song]
    assert looks.take_due(now) == []
    assert looks.next_due() == now + 1.0


def test_a_song_that_goes_away_is_forgotten(song: Path, clock: Clock) -> None:
    looks = Readiness(pause=1.0)
    looks.ready([song], clock.now)
    song.unlink()

    assert looks.ready([song], clock.now) == []
    assert len(looks) == 0


def test_a_clock_that_was_set_back_holds_no_song_for_ever(song: Path, clock: Clock) -> None:
    clock.ahead = -3600
    looks, now = Readiness(pause=1.0), time.monotonic()

    assert looks.ready([song], now) == []
    assert looks.ready([song], now + 1.1) == [song]


def test_songs_are_changed_when_the_index_knows_them_otherwise_or_not_at_all(
    tmp_path: Path,
) -> None:
    known, changed, new = (tmp_path / name for name in ("a.mp3", "b.mp3", "c.mp3"))
    for path in (known, changed, new):
        path.write_bytes(b"sound")
    stamps = {str(known): stamp(known), str(changed): stamp(changed)}
    changed.write_bytes(b"other sound")

    assert changed_songs([known, changed, new], stamps.get) == ([changed, new], [known])
