"""A mix of hours needs no more memory than one of minutes: songs that are played are let go."""

import gc
import weakref

import pytest

from pacetag.tagger.mixing import rendering
from pacetag.tagger.mixing.rendering import render
from pacetag.tagger.mixing.warping import PartStream
from tests.tagger.mixing.conftest import RATE, DrumSong, heard_mix, open_slot


def test_at_most_two_songs_are_held_at_a_time(
    drum_song: DrumSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams: weakref.WeakSet[PartStream] = weakref.WeakSet()

    class Watched(PartStream):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            streams.add(self)

    monkeypatch.setattr(rendering, "PartStream", Watched)
    songs = [drum_song(160.0, 15.0, tone=110.0 + place) for place in range(4)]
    most = 0

    for _ in render(heard_mix([open_slot(160.0, *songs)]), RATE, 0.8):
        if len(streams) > 2:
            gc.collect()  # of what only waits for that
        most = max(most, len(streams))

    assert 1 <= most <= 2
