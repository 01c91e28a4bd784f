"""Copies in every format: exact, whole, not clipped, with true tags, as other programs see them."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3
from mutagen.mp4 import MP4, MP4Cover

from pacetag.tagger.stretching.formats import Format
from pacetag.tagger.stretching.levels import true_peak
from pacetag.tagger.stretching.making import make
from pacetag.tagger.stretching.sound import read_sound
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.pacetag import parse_pacetag
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.stretching.conftest import (
    RATE,
    Clicks,
    WantedCopy,
    onsets,
    wanted,
    write_clicks,
)
from tests.tagger.writing import write_tags

Copies = Callable[[Format], tuple[Path, Path]]  # the song and its copy

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf"
    b"\xc0\0\0\3\1\1\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
)
SAMPLES = (  # every kind of original, and every kind of copy
    ("01-kerbside-rock.mp3", Format.M4A),
    ("03-swing-shoes.flac", Format.MP3),
    ("04-riverside-waltz.ogg", Format.FLAC),
    ("05-six-stones.opus", Format.FLAC),
    ("06-five-laps.m4a", Format.OPUS),
)


def to_flac(song: Path) -> Path:
    audio: Any = FLAC(song)  # type: ignore[no-untyped-call]
    audio["title"], audio["date"], audio["genre"] = (
        ["Hill & Dale"],
        ["1999-04-12"],
        ["Polka", "Ska"],
    )
    audio["album"], audio["albumartist"], audio["bpm"] = ["Legs"], ["Arms"], ["160"]
    picture: Any = Picture()  # type: ignore[no-untyped-call]
    picture.type, picture.mime, picture.data = 3, "image/png", PNG
    audio.add_picture(picture)
    audio.save()
    return song


@pytest.fixture(scope="session")
def copies(clicks: Clicks, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """A song of half a minute with names and a cover, and its copy in a format.

    Each is made when it is first asked for; tests only read them.
    """
    song = to_flac(write_clicks(tmp_path_factory.mktemp("song") / "Clicks.flac", clicks))

    @cache
    def copied(form: Format) -> tuple[Path, Path]:
        copy = wanted(song, 160.0, 165.0, tmp_path_factory.mktemp("copies"), form)
        assert make(copy).reason is None
        return song, copy.path

    return copied


@pytest.mark.parametrize("form", Format)
def test_a_copy_has_the_cadence_its_first_onset_and_its_end(copies: Copies, form: Format) -> None:
    song, path = copies(form)

    sound = read_sound(path)
    found = onsets(sound.samples[0], sound.rate)
    beats = np.arange(len(found))
    assert len(found) == 80  # the first and the last among them
    assert np.polyfit(beats, found, 1)[0] == pytest.approx(60 / 165, rel=0.0005)
    assert np.abs(found - beats * 60 / 165).max() < 0.003
    wanted = read_sound(song).seconds * 160 / 165
    assert 0 <= sound.seconds - wanted + 1 / RATE < 0.03  # AAC holds whole frames


@pytest.mark.parametrize("form", Format)
def test_no_sample_of_a_copy_is_clipped(
    click_song: Path, wanted_copy: WantedCopy, form: Format
) -> None:
    copy = wanted_copy(click_song, 160.0, 153.0, form)
    make(copy)

    assert true_peak(read_sound(copy.path).samples) <= 1.0


@pytest.mark.outside("ffprobe")
@pytest.mark.parametrize(("name", "form"), SAMPLES)
def test_real_songs_keep_their_names_as_ffprobe_reads_them(
    root: Path, wanted_copy: WantedCopy, name: str, form: Format
) -> None:
    song = root / "sample_audio" / name
    before = song.read_bytes()
    copy = wanted_copy(song, 160.0, 162.0, form)

    assert make(copy).reason is None

    names, old = probed(copy.path), probed(song)
    assert {names["title"], names["artist"]} == {old["title"], old["artist"]}
    assert names["pacetag_copy"] == copy.mark.text
    assert song.read_bytes() == before
    assert not list(copy.path.parent.glob(".*"))


def probed(path: Path) -> dict[str, str]:
    """Tags by their names in lower case, as ffprobe prints them."""
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    tags = [found["format"].get("tags", {}), *(s.get("tags", {}) for s in found["streams"])]
    return {name.lower(): value for each in reversed(tags) for name, value in each.items()}


@pytest.mark.parametrize("form", Format)
def test_paces_and_fingerprint_of_a_copy_are_true_of_the_copy(copies: Copies, form: Format) -> None:
    _, path = copies(form)

    tags = read_tags(path)
    note = parse_pacetag(tags.pacetag)
    assert note is not None
    assert [pace.bpm for pace in note.analysis.paces] == [165.0, 82.5]
    assert tags.pace == ("165", "83")
    assert note.fingerprint == file_fingerprint(path)
    assert note.analysis.duration == pytest.approx(read_sound(path).seconds, abs=0.03)
    assert note.bundle == "ear-1"


def to_mp3(song: Path) -> Path:
    path = song.with_suffix(".mp3")
    samples, rate = soundfile.read(song)
    soundfile.write(path, samples, rate, format="MP3")
    tags: Any = ID3()  # type: ignore[no-untyped-call]
    frame: Any = APIC
    tags.add(frame(encoding=3, mime="image/png", type=3, desc="", data=PNG))
    tags.save(path)
    return path


def to_m4a(song: Path) -> Path:
    path = song.with_suffix(".m4a")
    with av.open(str(song)) as source, av.open(str(path), "w", format="ipod") as target:
        stream = target.add_stream("aac", rate=RATE, layout="stereo")
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    audio: Any = MP4(path)  # type: ignore[no-untyped-call]
    cover: Any = MP4Cover
    audio["covr"] = [cover(PNG, imageformat=cover.FORMAT_PNG)]
    audio.save()
    return path


@pytest.mark.parametrize("form", Format)
def test_the_cover_is_copied_to_the_byte(copies: Copies, form: Format) -> None:
    _, path = copies(form)

    assert read_sound(path).cover == PNG


@pytest.mark.parametrize(("dress", "form"), [(to_mp3, Format.FLAC), (to_m4a, Format.MP3)])
def test_covers_of_other_containers_are_copied_to_the_byte(
    click_song: Path, wanted_copy: WantedCopy, form: Format, dress: Callable[[Path], Path]
) -> None:
    copy = wanted_copy(dress(click_song), 160.0, 165.0, form)

    assert make(copy).reason is None

    assert read_sound(copy.path).cover == PNG


@pytest.mark.parametrize("form", Format)
def test_album_date_and_genres_are_copied_and_the_old_bpm_is_not(
    copies: Copies, form: Format
) -> None:
    _, path = copies(form)

    tags = read_tags(path)
    assert (tags.title, tags.album, tags.album_artist) == ("Hill & Dale", "Legs", "Arms")
    assert (tags.genre, tags.year, tags.bpm) == ("Polka; Ska", 1999, ())


def test_more_than_16_bits_are_kept_in_flac(tmp_path: Path, wanted_copy: WantedCopy) -> None:
    path = tmp_path / "fine.flac"
    soundfile.write(path, np.full((RATE, 2), 1e-6), RATE, format="FLAC", subtype="PCM_24")
    copy = wanted_copy(path, 160.0, 165.0)

    assert make(copy).reason is None
    assert soundfile.info(copy.path).subtype == "PCM_24"


def test_a_song_that_changed_since_its_scan_is_named(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    copy = wanted_copy(click_song, 160.0, 165.0)
    other = replace(copy, song=replace(copy.song, fingerprint="abc"))

    assert make(other).reason == "it was changed since it was scanned; scan it again"


def test_a_damaged_song_is_named_and_leaves_nothing(
    click_song: Path, wanted_copy: WantedCopy
) -> None:
    copy = wanted_copy(click_song, 160.0, 165.0)
    click_song.write_bytes(click_song.read_bytes()[:4_000])
    damaged = replace(copy, song=replace(copy.song, fingerprint=file_fingerprint(click_song)))

    assert make(damaged).reason is not None
    assert not list(copy.path.parent.iterdir())


def test_a_file_of_the_name_of_a_copy_stays(click_song: Path, wanted_copy: WantedCopy) -> None:
    copy = wanted_copy(click_song, 160.0, 165.0)
    copy.path.write_bytes(b"a letter")

    assert "is there already" in (make(copy).reason or "")
    assert copy.path.read_bytes() == b"a letter"
    assert [each.name for each in copy.path.parent.iterdir()] == [copy.path.name]


@pytest.mark.parametrize(
    ("held", "stored"), [(["160/80"], ("165/83",)), (["160", "80"], ("165", "83"))]
)
def test_a_copy_has_its_paces_in_the_form_of_its_original(
    click_song: Path, wanted_copy: WantedCopy, held: list[str], stored: tuple[str, ...]
) -> None:
    write_tags(click_song, {"pace": held})
    copy = wanted_copy(click_song, 160.0, 165.0, Format.MP3)

    assert make(copy).reason is None

    assert read_tags(copy.path).stored_pace == stored
