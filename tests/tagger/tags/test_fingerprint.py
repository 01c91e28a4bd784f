"""The fingerprint ignores tags, depends on the sound, and exists for every file."""

import random
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import pytest
import soundfile
from mutagen import aiff, apev2, asf, id3
from mutagen import wave as mutagen_wave

from pacetag.tagger.tags.errors import TagError
from pacetag.tagger.tags.fingerprint import file_fingerprint
from tests.tagger.tags.conftest import LARGE_PICTURE, Song, encode, id3v1, sound

TAGS_AT_THE_END = ["m4a", "m4a-alac", "m4a-bare", "mp3-ape"]
TAGS_AT_THE_END += ["wav", "aiff", "aifc", "dsf", "wv", "mpc"]


def test_it_is_128_bits_in_hex(any_song: Song) -> None:
    fingerprint = file_fingerprint(any_song.path)

    assert len(fingerprint) == 32
    assert int(fingerprint, 16)


def test_another_taggers_writing_does_not_change_it(song: Song) -> None:
    """mutagen's own saving, which moves everything and pads in its own way."""
    before = file_fingerprint(song.path)
    audio: Any = mutagen.File(song.path, easy=True)
    if audio.tags is None:
        audio.add_tags()

    for size in (10, 300_000, 3):
        if isinstance(audio.tags, id3.ID3):  # WAV, AIFF and DSF have no easy names
            audio.tags.add(id3.TIT2(encoding=3, text="x" * size))  # type: ignore[no-untyped-call]
        else:
            audio["title"] = "x" * size
        audio.save()
        assert file_fingerprint(song.path) == before


def test_removing_all_tags_does_not_change_it(song: Song) -> None:
    before = file_fingerprint(song.path)

    audio: Any = mutagen.File(song.path)
    audio.delete()

    assert file_fingerprint(song.path) == before


def test_other_sound_has_another(tmp_path: Path) -> None:
    names = ["a.mp3", "b.flac", "c.ogg", "d.opus", "e.m4a", "f.wav", "g.aiff"]
    found = {
        file_fingerprint(encode(tmp_path / f"{seed}{name}", codec, seed=seed))
        for seed in (1, 2)
        for name in names
        for codec in ["aac" if name.endswith("m4a") else ""]
    }

    assert len(found) == 2 * len(names)


def test_one_changed_byte_of_sound_changes_it(song: Song) -> None:
    before = file_fingerprint(song.path)
    data = bytearray(song.path.read_bytes())
    # Sound ends shortly before the end, but where headers or tags stand there.
    place = 2000 if song.kind in TAGS_AT_THE_END else len(data) - 1000
    if song.container == "ape":  # which is silence in few bytes
        place = 90
    data[place] ^= 0x55
    song.path.write_bytes(data)

    assert file_fingerprint(song.path) != before


@pytest.mark.parametrize(
    "trailer",
    [
        id3v1(b"title"),
        b"TAG+" + bytes(223) + id3v1(b"title"),
        b"LYRICSBEGINla la laLYRICSEND" + id3v1(b"title"),
        b"LYRICSBEGININD0000200000029LYRICS200"[:11] + b"INDxx" + b"000016LYRICS200",
    ],
    ids=["ID3v1", "enhanced", "Lyrics3v1", "Lyrics3v2"],
)
def test_trailers_of_mpeg_are_no_sound(copy_of: Callable[[str], Song], trailer: bytes) -> None:
    path = copy_of("mp3-bare").path
    before = file_fingerprint(path)

    path.write_bytes(path.read_bytes() + trailer)

    assert file_fingerprint(path) == before


@pytest.mark.parametrize("length", range(24, 80))
def test_an_ape_tag_of_any_length_is_no_sound(copy_of: Callable[[str], Song], length: int) -> None:
    """At one length the preamble's "TAG" stands where ID3v1 would begin."""
    path = copy_of("mp3-bare").path
    before = file_fingerprint(path)
    tag = apev2.APEv2()  # type: ignore[no-untyped-call]
    tag["Key"] = "x" * length
    tag.save(path)

    assert file_fingerprint(path) == before


def test_several_tags_at_the_head_are_no_sound(copy_of: Callable[[str], Song]) -> None:
    path = copy_of("mp3-v24").path
    before = file_fingerprint(path)

    path.write_bytes(b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + path.read_bytes())

    assert file_fingerprint(path) == before


@pytest.mark.parametrize(("name", "kind"), [("a.wav", mutagen_wave.WAVE), ("a.aiff", aiff.AIFF)])
def test_chunks_of_tags_are_no_sound(tmp_path: Path, name: str, kind: Any) -> None:
    path = encode(tmp_path / name)
    before = file_fingerprint(path)
    audio = kind(path)
    audio.add_tags()
    audio.tags.add(id3.TIT2(encoding=3, text="x" * 1001))  # type: ignore[no-untyped-call]
    audio.save()

    assert path.stat().st_size > len(sound()) * 4
    assert file_fingerprint(path) == before


def test_a_wav_without_a_length_is_read_to_its_end(tmp_path: Path) -> None:
    """As programs write it into a pipe."""
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "NONE"))
        file.writeframes(bytes(range(256)) * 20)
    data = path.read_bytes()
    before = file_fingerprint(path)

    path.write_bytes(data.replace((5120).to_bytes(4, "little"), b"\xff\xff\xff\xff"))

    assert file_fingerprint(path) == before


@pytest.mark.outside("ffmpeg")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.wma", []),
        ("a.wv", []),
        ("a.tta", []),
        ("a.oga", ["-c:a", "flac", "-f", "ogg"]),
        ("a.spx", ["-c:a", "libspeex"]),
        ("a.mka", ["-c:a", "flac"]),
    ],
)
def test_kinds_that_are_only_read_have_one_that_is_deaf_to_tags(
    tmp_path: Path, name: str, options: list[str]
) -> None:
    plain = tmp_path / "plain.wav"
    soundfile.write(plain, sound(), 48_000)
    path = tmp_path / name
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", plain, *options, path], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("this ffmpeg cannot encode it")
    before = file_fingerprint(path)
    assert before
    audio: Any = mutagen.File(path)
    if audio is None:  # mutagen cannot tag it
        return
    if audio.tags is None:
        audio.add_tags()
    if isinstance(audio, asf.ASF):
        audio["Title"] = "x" * 5000
    elif isinstance(audio.tags, id3.ID3Tags):
        audio.tags.add(id3.TIT2(encoding=3, text="x" * 5000))  # type: ignore[no-untyped-call]
    else:
        audio["TITLE"] = "x" * 5000
    audio.save()

    assert file_fingerprint(path) == before


def test_ogg_pages_that_hold_headers_and_sound_are_split(tmp_path: Path) -> None:
    """Some old encoders began the sound on the page of the last header packet."""

    def page(flags: int, sequence: int, packets: list[bytes]) -> bytes:
        lacing = bytes(len(packet) for packet in packets)
        head = b"OggS\0" + bytes([flags]) + bytes(8) + b"SERI" + sequence.to_bytes(4, "little")
        return head + bytes(4) + bytes([len(lacing)]) + lacing + b"".join(packets)

    def stream(comment: bytes, sound: bytes) -> str:
        path = tmp_path / "a.ogg"
        path.write_bytes(
            page(2, 0, [b"\x01vorbis..."])
            + page(0, 1, [b"\x03vorbis" + comment, b"\x05vorbis", sound])
            + page(4, 2, [b"more sound"])
        )
        return file_fingerprint(path)

    assert stream(b"one", b"sound") == stream(b"another", b"sound")
    assert stream(b"one", b"sound") != stream(b"one", b"other")


def test_damaged_files_have_one_all_the_same(song: Song) -> None:
    draw = random.Random(song.kind)
    whole = song.path.read_bytes()
    for _ in range(30):
        data = bytearray(whole[: draw.randrange(len(whole))])
        for _ in range(draw.randrange(20)):
            if data:
                data[draw.randrange(min(len(data), 3000))] = draw.randrange(256)
        song.path.write_bytes(data)

        assert len(file_fingerprint(song.path)) == 32


def test_files_without_sound_have_different_fingerprints(tmp_path: Path) -> None:
    empty, text, other = tmp_path / "a.mp3", tmp_path / "b.mp3", tmp_path / "c.m4a"
    empty.write_bytes(b"")
    text.write_text("this is no sound")
    other.write_bytes(b"\0\0\0\x10ftypM4A \0\0\0\0")

    assert len({file_fingerprint(each) for each in (empty, text, other)}) == 3


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TagError, match="there is no such file"):
        file_fingerprint(tmp_path / "gone.mp3")
    with pytest.raises(TagError):
        file_fingerprint(tmp_path)


def test_large_pictures_do_not_matter(copy_of: Callable[[str], Song]) -> None:
    assert file_fingerprint(copy_of("ogg-picture").path) == file_fingerprint(
        copy_of("ogg-bare").path
    )
    assert len(LARGE_PICTURE) > 65_025  # more than a page can hold
