"""Damage that only some decoders meet ends in a sentence, never in a crash."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pacetag.model.audio.excerpts import AudioSettings, read_excerpts
from pacetag.model.audio.ffmpeg import FfmpegDecoder
from pacetag.model.audio.source import Source
from pacetag.model.errors import DecodeError
from pacetag.model.spec import FeatureSpec
from tests.tagger.tags.encoding import encode

SHORT = AudioSettings(shortest=0.1)


def test_an_unknown_codec_is_a_decode_error(tmp_path: Path) -> None:
    song = encode(tmp_path / "song.m4a")
    data = song.read_bytes()
    song.write_bytes(data.replace(b"mp4a", b"zzzz").replace(b"esds", b"yyyy"))

    with pytest.raises(DecodeError, match="no sound can be decoded from it"):
        read_excerpts(song, FeatureSpec(), SHORT)


def test_a_song_ends_where_another_was_joined_to_it(tmp_path: Path) -> None:
    first, second = encode(tmp_path / "one.oga"), encode(tmp_path / "two.oga", seed=1)
    alone = read_excerpts(first, FeatureSpec(), SHORT)
    first.write_bytes(first.read_bytes() + second.read_bytes())

    joined = read_excerpts(first, FeatureSpec(), SHORT)

    assert joined.duration == pytest.approx(alone.duration, abs=0.1)
    assert len(joined.samples[0]) == pytest.approx(len(alone.samples[0]), abs=2205)


def test_channels_out_of_nowhere_are_not_read(tmp_path: Path) -> None:
    """A frame of damaged AAC can have dozens of channels, some without any data."""
    song = encode(tmp_path / "song.m4a")
    source = Source(song)
    decoder = FfmpegDecoder(source)
    frame: Any = SimpleNamespace(
        sample_rate=decoder.rate, layout=SimpleNamespace(nb_channels=52), pts=0, time_base=None
    )

    with pytest.raises(DecodeError, match="the number of its channels changes in the middle"):
        decoder._position(frame, None)

    frame.layout.nb_channels = 8
    assert decoder._position(frame, None) == 0
    decoder.close()
    source.close()
