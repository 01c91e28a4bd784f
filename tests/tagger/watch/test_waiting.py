"""Songs that met an obstacle are tried again in growing pauses, and told of once."""

import time

import pytest

from pacetag.tagger.scanning.outcomes import Outcome, SongOutcome
from pacetag.tagger.watch.waiting import Waiting


def held(reason: str = "held open") -> SongOutcome:
    return SongOutcome(path="/a.mp3", outcome=Outcome.FAILED, reason=reason, may_pass=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)


@pytest.mark.usefixtures("clock")
def test_the_pauses_between_tries_grow_up_to_the_longest() -> None:
    waiting, moments = Waiting(pause=10.0, longest=60.0), []
    for _ in range(5):
        waiting.note(held())
        moments.append(waiting.next_due())

    assert moments == [110.0, 120.0, 140.0, 160.0, 160.0]
    assert waiting.take_due(159.0) == []
    assert [str(path) for path in waiting.take_due(160.0)] == ["/a.mp3"]


def test_a_song_that_cannot_be_tried_is_due_again_after_a_pause() -> None:
    waiting = Waiting(pause=10.0, longest=60.0)
    waiting.note(held())
    now = waiting.next_due() or 0.0

    assert len(waiting.take_due(now)) == 1
    assert waiting.take_due(now) == []
    assert waiting.next_due() == now + 10.0


def test_a_reason_is_told_once_until_it_changes() -> None:
    waiting = Waiting(pause=1.0, longest=60.0)

    assert [waiting.note(held(each)) for each in ("a", "a", "b", "b")] == [True, False, True, False]
    assert waiting.reasons() == {"/a.mp3": "b"}


def test_a_song_that_was_written_or_is_gone_waits_no_more() -> None:
    waiting = Waiting(pause=1.0, longest=60.0)
    waiting.note(held())
    assert waiting.note(SongOutcome(path="/a.mp3", outcome=Outcome.TAGGED))
    assert (len(waiting), waiting.next_due()) == (0, None)

    waiting.note(held())
    waiting.forget(["/a.mp3"])
    assert len(waiting) == 0
