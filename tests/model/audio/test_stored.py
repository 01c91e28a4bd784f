"""Sounds that are opened by a function give what files give."""

import errno
import io
from pathlib import Path
from typing import BinaryIO

import pytest

from pacetag.model.audio.stored import StoredSound
from pacetag.model.errors import DecodeError, ReadError
from pacetag.model.judge import Judge

ROOT = Path(__file__).parents[3]
SAMPLES = ("03-swing-shoes.flac", "04-riverside-waltz.ogg", "05-six-stones.opus", "07-parade.mp3")


class Failing(io.BytesIO):
    """An open file whose store stops answering after some bytes."""

    left = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.left -= len(data)
        if self.left < 0:
            raise OSError(errno.EIO, "the store does not answer")
        return data


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sound_in_a_store_is_judged_as_the_same_file_is(judge: Judge, name: str) -> None:
    file = ROOT / "sample_audio" / name

    sound = StoredSound(url=f"s3://songs/{name}", open=lambda: io.BytesIO(file.read_bytes()))

    assert judge.file(sound) == judge.file(file)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_store_that_stops_answering_is_no_damaged_song(
    judge: Judge, name: str, share: float
) -> None:
    content = (ROOT / "sample_audio" / name).read_bytes()

    def opened() -> BinaryIO:
        file = Failing(content)
        file.left = round(share * len(content))
        return file

    with pytest.raises((OSError, ReadError), match="the store does not answer"):
        judge.file(StoredSound(url=f"s3://songs/{name}", open=opened))


def test_what_is_no_sound_is_named_by_its_url(judge: Judge) -> None:
    sound = StoredSound(url="s3://songs/text.mp3", open=lambda: io.BytesIO(b"no sound at all" * 99))

    with pytest.raises(DecodeError, match=r"songs/text\.mp3: cannot decode"):
        judge.file(sound)
