"""Tags are read and written even where mutagen cannot parse the stream's properties."""

import subprocess
from pathlib import Path

import pytest

from pacetag.model.audio.excerpts import read_excerpts
from pacetag.model.spec import FeatureSpec
from pacetag.tagger.scanning.probe import examine
from pacetag.tagger.tags.fingerprint import file_fingerprint
from pacetag.tagger.tags.reader import read_tags
from tests.tagger.tags.encoding import encode, silent_dsf
from tests.tagger.writing import write_tags

FRONT = b"ID3\3\0\0\0\0\0\x1eTIT2\0\0\0\x06\0\0\0Front" + bytes(14)
WAVPACK = {  # name: arguments of FFmpeg for the tone, and of WavPack's own encoder
    "5k": ("-ar 5000", ""),
    "176k": ("-ar 176400", ""),
    "352k": ("-ar 352800", ""),
    "768k": ("-ar 768000", ""),
    "surround": ("-ar 176400 -ac 6", ""),
    "float": ("-ar 176400 -c:a pcm_f32le", ""),
    "hybrid": ("-ar 176400", "-b384"),
    "correction": ("-ar 176400", "-b384 -c"),
    "small-blocks": ("-ar 176400", "--blocksize=1000"),
}


def wavpack(folder: Path, name: str) -> Path:
    """Thirteen seconds of a tone as WavPack, with a title."""
    plain, song = folder / "plain.wav", folder / "song.wv"
    made, told = WAVPACK[name]
    tone = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=13", *made.split()]
    subprocess.run([*tone, str(plain)], check=True)
    command = ["wavpack", "-q", "-w", "Title=HiRes", *told.split(), str(plain), "-o", str(song)]
    subprocess.run(command, check=True, capture_output=True)
    return song


def check_written(song: Path) -> None:
    """Write a pace into a song and take it back."""
    before, sound = song.read_bytes(), file_fingerprint(song)
    assert write_tags(song, {"pace": ["172"]}).changed
    assert read_tags(song).pace == ("172",)
    assert file_fingerprint(song) == sound
    write_tags(song, {"pace": []})
    assert song.read_bytes() == before


@pytest.mark.outside("ffmpeg", "wavpack")
@pytest.mark.parametrize("name", WAVPACK)
def test_wavpack_of_any_rate_is_read_and_written(name: str, tmp_path: Path) -> None:
    song = wavpack(tmp_path, name)

    assert read_tags(song).title == "HiRes"
    assert read_excerpts(song, FeatureSpec()).duration == pytest.approx(13, abs=0.1)
    check_written(song)


@pytest.mark.outside("wavpack")
def test_wavpack_of_dsd_is_read_and_written(tmp_path: Path) -> None:
    plain, song = tmp_path / "plain.dsf", tmp_path / "song.wv"
    plain.write_bytes(silent_dsf())
    command = ["wavpack", "-q", "-w", "Title=DSD", str(plain), "-o", str(song)]
    subprocess.run(command, check=True, capture_output=True)

    assert read_tags(song).title == "DSD"
    check_written(song)


def test_monkeys_audio_of_a_header_that_is_too_short_for_mutagen_is_read(tmp_path: Path) -> None:
    """Versions before 3.98 have headers of 32 bytes, and none need be longer."""
    song = encode(tmp_path / "song.ape")
    write_tags(song, {"bpm": ["120"]})
    tag = song.read_bytes()[-100:]
    song.write_bytes(b"MAC " + (3800).to_bytes(2, "little") + bytes(26) + tag[tag.index(b"APET") :])

    assert read_tags(song).bpm == ("120",)


@pytest.mark.parametrize("suffix", [".wv", ".ape", ".mpc", ".flac"])
def test_an_id3_tag_in_front_of_another_kind_of_song_is_passed_over(
    suffix: str, tmp_path: Path
) -> None:
    song = encode(tmp_path / f"song{suffix}")
    song.write_bytes(FRONT + song.read_bytes())
    before, sound = song.read_bytes(), file_fingerprint(song)

    write_tags(song, {"pace": ["172"]})

    assert read_tags(song).pace == ("172",)
    assert file_fingerprint(song) == sound
    assert song.read_bytes().startswith(FRONT)
    write_tags(song, {"pace": []})
    assert suffix == ".flac" or song.read_bytes() == before  # FLAC keeps padding


@pytest.mark.parametrize("suffix", [".wav", ".opus", ".wma"])
def test_a_file_that_is_not_audio_to_mutagen_has_the_title_of_the_tag_in_front(
    suffix: str, tmp_path: Path
) -> None:
    song = encode(tmp_path / f"song{suffix}")
    song.write_bytes(FRONT + song.read_bytes())

    tags = examine(song).tags

    assert tags.title == "Front"
    assert not tags.writable
