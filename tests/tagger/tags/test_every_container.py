"""The promises of writing tags, tested in every container and state of tags."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mutagen import File, aiff, apev2, dsf, flac, mp3, mp4, trueaudio, wave

from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.pacetag import PaceTag, format_pacetag, pace_fields
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.making import NO_PADDING
from tests.tagger.writing import write_tags

TAG = PaceTag(
    bundle="stage1-2025",
    analysis=Analysis(
        paces=(Pace(bpm=172.34, confidence=0.98), Pace(bpm=86.17, confidence=0.95)),
        duration=None,
    ),
    fingerprint="0123456789abcdef" * 2,
)
FIELDS = pace_fields(TAG)
OURS = ("PACE", "PACETAG")


def foreign(path: Path) -> Any:
    """All that mutagen sees in the tags, apart from the fields that the tests write."""
    audio: Any = File(path)
    tags: Any = audio.tags if audio.tags is not None else {}
    if isinstance(audio, mp4.MP4):
        own = {f"----:com.apple.iTunes:{name}" for name in OURS} | {"tmpo"}
        unread = getattr(tags, "_failed_atoms", {})
        return {key: repr(value) for key, value in tags.items() if key not in own}, unread
    if isinstance(audio, mp3.MP3 | wave.WAVE | aiff.AIFF | dsf.DSF | trueaudio.TrueAudio):
        own = {f"TXXX:{name}" for name in OURS} | {"TBPM"}
        ape = ape_items(path)
        frames = {
            key: repr(frame)
            for key, frame in tags.items()
            if key not in own and not is_copy(key, frame, ape)
        }
        return frames, getattr(tags, "unknown_frames", []), ape
    if isinstance(audio, apev2.APEv2File):
        return ape_items(path)
    mine = (*OURS, "BPM", "WM/BEATSPERMINUTE")
    pairs = [(key, repr(value)) for key, value in tags if key.upper() not in mine]
    blocks = getattr(audio, "metadata_blocks", [])
    return pairs, [
        (each.code, each.write())
        for each in blocks
        if not isinstance(each, flac.Padding | flac.VCFLACDict)
    ]


def is_copy(key: str, frame: Any, ape: dict[str, str]) -> bool:
    """Whether a frame says what an APEv2 tag at the end says, as pacetag copies it."""
    said = ape.get({"TIT2": "Title", "TPE1": "Artist"}.get(key, ""), "").partition("(")[2]
    return bool(said) and said == repr("\0".join(frame.text)) + ", 0)"


def ape_items(path: Path) -> dict[str, str]:
    """What an APEv2 tag at the end holds, apart from the fields that the tests write."""
    try:
        tags: Any = apev2.APEv2(path)  # type: ignore[no-untyped-call]
    except apev2.APENoHeaderError:
        return {}
    return {key: repr(value) for key, value in tags.items() if key not in (*OURS, "BPM")}


def test_a_fresh_song_is_writable_and_says_its_title(song: Song) -> None:
    tags = read_tags(song.path)

    assert (tags.writable, tags.why_not) == (True, None)
    assert tags.title == song.title
    assert tags.duration == pytest.approx(1.0, abs=0.06)
    assert (tags.pace, tags.pacetag, tags.bpm) == ((), None, ())


def test_what_was_written_is_read_back(song: Song) -> None:
    written = write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    tags = read_tags(song.path)
    assert written.changed
    assert tags.pace == ("172", "86")
    assert tags.pacetag == format_pacetag(TAG)
    assert tags.bpm == ("172",)


def test_all_other_tags_stay(song: Song) -> None:
    before = foreign(song.path)

    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    assert foreign(song.path) == before
    assert "-7.03 dB" in str(before) or "bare" in song.kind or song.kind in ("mp3-v1", "mp3-v22")


def test_every_sample_decodes_as_before(song: Song) -> None:
    before, fingerprint = song.decode(), file_fingerprint(song.path)

    write_tags(song.path, FIELDS)

    assert np.array_equal(song.decode(), before)
    assert file_fingerprint(song.path) == fingerprint


def test_equal_tags_are_not_written(song: Song) -> None:
    first = write_tags(song.path, FIELDS)
    before = song.path.stat()

    again = write_tags(song.path, FIELDS)

    after = song.path.stat()
    assert not again.changed
    assert again.stamp == first.stamp
    joined = ("mp3-v22", "mp3-v23", "mp3-v23tight", "wav-front", "aiff", "tta")  # ID3 before 2.4
    assert again.old == FIELDS or song.kind in joined
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_ino) == (
        before.st_mtime_ns,
        before.st_ctime_ns,
        before.st_ino,
    )


def test_the_stamp_is_that_of_the_written_file(song: Song) -> None:
    stamp = write_tags(song.path, FIELDS).stamp

    after = song.path.stat()
    assert (stamp.size, stamp.mtime_ns) == (after.st_size, after.st_mtime_ns)
    assert (stamp.ctime_ns, stamp.inode) == (after.st_ctime_ns, after.st_ino)


def test_a_somewhat_longer_tag_fits_the_padding(song: Song) -> None:
    write_tags(song.path, FIELDS)
    size = song.path.stat().st_size

    longer = pace_fields(replace(TAG, bundle="b" * 255))
    assert write_tags(song.path, longer).changed

    grown = song.path.stat().st_size - size
    assert (grown > 0) is (song.container in NO_PADDING)
    assert grown < 300


def test_a_file_grows_by_little_more_than_its_padding(song: Song) -> None:
    size = song.path.stat().st_size

    write_tags(song.path, FIELDS)

    assert song.path.stat().st_size - size < 4096 + 1024


def test_old_values_are_reported_and_can_be_restored(song: Song) -> None:
    write_tags(song.path, {"pace": ["150"], "pacetag": ["by hand"], "bpm": ["75"]})

    written = write_tags(song.path, {**FIELDS, "bpm": []})
    assert written.old == {"pace": ["150"], "pacetag": ["by hand"], "bpm": ["75"]}
    assert read_tags(song.path).bpm == ()

    write_tags(song.path, written.old)
    tags = read_tags(song.path)
    assert (tags.pace, tags.pacetag, tags.bpm) == (("150",), "by hand", ("75",))


def test_fields_that_are_removed_leave_the_rest(song: Song) -> None:
    before = foreign(song.path)
    write_tags(song.path, FIELDS)

    write_tags(song.path, {"pace": [], "pacetag": []})

    tags = read_tags(song.path)
    assert (tags.pace, tags.pacetag, tags.title) == ((), None, song.title)
    assert foreign(song.path) == before
    assert not write_tags(song.path, {"pace": [], "pacetag": []}).changed


def test_only_the_named_fields_change(song: Song) -> None:
    write_tags(song.path, {**FIELDS, "bpm": ["172"]})

    write_tags(song.path, {"pace": ["100"]})

    tags = read_tags(song.path)
    assert (tags.pace, tags.bpm) == (("100",), ("172",))
    assert tags.pacetag == FIELDS["pacetag"][0]


@pytest.mark.parametrize("seed", range(2))
def test_any_set_of_values_survives_a_chain_of_writes(song: Song, seed: int) -> None:
    draw = random.Random(f"{song.kind} {seed}")
    before, fingerprint = foreign(song.path), file_fingerprint(song.path)

    for _ in range(3):
        paces = list(map(str, draw.sample(range(40, 1320), draw.choice([0, 1, 3, 900]))))
        line = "".join(draw.choices("abc =@,.å♩𝄞0123", k=draw.choice([1, 127, 128, 6000]))) + "x"
        write_tags(song.path, {"pace": paces, "pacetag": [line]})

        tags = read_tags(song.path)
        assert tags.pace == tuple(paces)
        assert tags.pacetag == line

    assert foreign(song.path) == before
    assert file_fingerprint(song.path) == fingerprint


def test_all_names_of_a_file_see_the_new_tags(song: Song) -> None:
    other = song.path.with_name("other" + song.path.suffix)
    other.hardlink_to(song.path)

    write_tags(song.path, FIELDS)

    assert other.samefile(song.path)
    assert read_tags(other).pace == ("172", "86")


def test_values_of_64_kib_and_more_are_read_back(song: Song) -> None:
    long = "x" * 70_000 + "♩"

    write_tags(song.path, {"pacetag": [long], "pace": ["172"]})

    assert read_tags(song.path).pacetag == long
    write_tags(song.path, {"pacetag": []})
    assert read_tags(song.path).pacetag is None


def test_names_that_are_no_text_work(copy_of: Callable[[str], Song], any_song: Song) -> None:
    odd = any_song.path.rename(any_song.path.with_name("l\udce5t" + any_song.path.suffix))

    write_tags(odd, FIELDS)

    assert read_tags(odd).pace == ("172", "86")
