"""Small real songs in every container that is written, each with tags that must survive."""

# mypy: disable-error-code="no-untyped-call"
# mutagen has no types, and these helpers speak to it in every line.

import base64
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from mutagen import apev2, flac, id3, mp4, oggopus, oggvorbis
from numpy.typing import NDArray

RATE = 48_000
REPLAYGAIN = "-7.03 dB"


def _png(side: int) -> bytes:
    """A real picture of grey noise, since decoders complain about others."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side), dtype=np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in noise)
    chunks = [
        (b"IHDR", side.to_bytes(4) * 2 + b"\x08\0\0\0\0"),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in chunks
    )


PICTURE = _png(120)
LARGE_PICTURE = _png(300)  # more than an Ogg page can hold


@dataclass(frozen=True)
class Song:
    """A file of a test, and what stands in it."""

    path: Path
    kind: str  # a key of TITLES
    title: str | None

    def decode(self) -> NDArray[Any]:
        """Every sample of the file, as its own decoder gives it."""
        if not self.kind.startswith("m4a"):
            return np.asarray(soundfile.read(self.path, dtype="int16")[0])
        with av.open(str(self.path)) as container:
            return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=-1)


def sound(seconds: float = 1.0, seed: int = 0) -> NDArray[np.float32]:
    """Clicks over noise in stereo, float32 [n, 2] at 48 kHz."""
    noise = np.random.default_rng(seed).normal(0, 0.02, (round(seconds * RATE), 2))
    noise[:: RATE // 4] += 0.5
    return noise.astype(np.float32)


def encode(path: Path, codec: str = "", seed: int = 0, fast: bool = False) -> Path:
    """Encode one second; codec is PyAV's name for MP4, else the suffix decides."""
    if not codec:
        subtype = "OPUS" if path.suffix == ".opus" else None
        format_ = "OGG" if path.suffix in (".ogg", ".opus") else None
        soundfile.write(path, sound(seed=seed), RATE, subtype=subtype, format=format_)
        return path
    options = {"fflags": "+bitexact", "movflags": "+faststart" if fast else "0"}  # leaves no tags
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream: Any = container.add_stream(codec, rate=RATE)
        stream.layout = "stereo"
        stream.time_base = Fraction(1, RATE)
        samples = sound(seed=seed).T
        wanted = "s16p" if codec == "alac" else "fltp"
        if codec == "alac":
            samples = np.round(samples * 32_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), wanted, "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


def dress_id3(path: Path, version: int, padding: int = 2000) -> None:
    tags = id3.ID3()
    encoding = 1 if version == 3 else 3
    tags.add(id3.TIT2(encoding=encoding, text="Låt"))
    tags.add(id3.TPE1(encoding=encoding, text="AC/DC"))
    tags.add(id3.TALB(encoding=0, text="Album"))
    tags.add(id3.TCON(encoding=0, text="(17)"))
    tags.add(id3.TYER(encoding=0, text="1999"))
    tags.add(id3.TSOP(encoding=0, text="Sorted"))  # of 2.4 only, yet many write it into 2.3
    tags.add(id3.TXXX(encoding=0, desc="replaygain_track_gain", text=REPLAYGAIN))
    tags.add(id3.TXXX(encoding=encoding, desc="PACEMAKER", text="not ours"))
    tags.add(id3.COMM(encoding=encoding, lang="swe", desc="", text="tack å hej"))
    tags.add(id3.APIC(encoding=0, mime="image/png", type=3, desc="front", data=PICTURE))
    tags.add(id3.GEOB(encoding=0, mime="a/b", filename="f", desc="Serato", data=b"\xff\xfb\0" * 9))
    tags.add(id3.PRIV(owner="someone", data=b"\0\xff\xe0secret"))
    tags.unknown_frames = [b"XYZQ\0\0\0\x05\0\0hello"]
    tags._unknown_v2_version = version
    tags.save(path, v2_version=version, padding=lambda _: padding)


def dress_id3v22(path: Path) -> None:
    frames = [
        (b"TT2", b"\0Old"),
        (b"TP1", b"\x01\xff\xfe" + "Förr".encode("utf-16-le")),
        (b"PIC", b"\0PNG\x03front\0" + PICTURE),
        (b"XYQ", b"unknown"),
    ]
    body = b"".join(name + len(data).to_bytes(3) + data for name, data in frames) + bytes(100)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x02\0\0" + size + body + path.read_bytes())


def id3v1(title: bytes) -> bytes:
    return b"TAG" + title.ljust(30, b"\0") + b"Old Artist".ljust(30, b"\0") + bytes(64) + b"\x11"


def dress_trailers(path: Path) -> None:
    dress_id3(path, 4)
    tag = apev2.APEv2()
    tag["MP3GAIN_MINMAX"] = "120,180"
    tag.save(path)
    path.write_bytes(path.read_bytes() + id3v1(b"Title of the end"))


def dress_comments(path: Path, kind: type, picture: bytes = b"") -> None:
    audio: Any = kind(path)
    audio["Title"] = "Låt"
    audio["artist"] = ["One", "Two"]
    audio["REPLAYGAIN_TRACK_GAIN"] = REPLAYGAIN
    audio["PACEMAKER"] = "not ours"
    if picture:
        block = flac.Picture()
        block.type, block.mime, block.data = 3, "image/png", picture
        audio["METADATA_BLOCK_PICTURE"] = base64.b64encode(block.write()).decode()
    audio.save()


def dress_flac(path: Path, padding: int = 3000) -> None:
    dress_comments(path, flac.FLAC)
    audio = flac.FLAC(path)
    picture = flac.Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", PICTURE
    audio.add_picture(picture)
    application: Any = flac.MetadataBlock(b"testsomething")
    application.code = 2
    audio.metadata_blocks.append(application)
    audio.save(padding=lambda _: padding)


def dress_mp4(path: Path, padding: int = 3000) -> None:
    audio = mp4.MP4(path)
    if audio.tags is None:
        audio.add_tags()
    tags: Any = audio.tags
    tags["\xa9nam"] = "Låt"
    tags["\xa9ART"] = ["One", "Two"]
    tags["trkn"] = [(3, 9)]
    tags["covr"] = [mp4.MP4Cover(PICTURE, mp4.MP4Cover.FORMAT_PNG)]
    tags["----:com.apple.iTunes:replaygain_track_gain"] = [REPLAYGAIN.encode()]
    tags["----:com.apple.iTunes:PACEMAKER"] = [b"not ours"]
    number = b"\0\0\0\x12data\0\0\0\0\0\0\0\0\0\x12"
    tags._failed_atoms = {"gnre": [number], "xyzq": [b"something"]}
    audio.save(padding=lambda _: padding)


def _make(kind: str, folder: Path) -> Path:
    """A song of the kind; what stands behind its container says how it is dressed."""
    container, _, dress = kind.partition("-")
    suffix = {"alac": "m4a", "fast": "m4a"}.get(container, container)
    path = folder / f"{kind}.{'m4a' if container == 'm4a' else suffix}"
    if container == "m4a":
        codec = "alac" if dress.startswith("alac") else "aac"
        encode(path, codec, fast="fast" in dress)
        if "bare" not in dress:
            dress_mp4(path, padding=0 if "tight" in dress else 3000)
        return path
    encode(path)
    if dress == "v22":
        dress_id3v22(path)
    elif dress == "v1":
        path.write_bytes(path.read_bytes() + id3v1(b"Title of the end"))
    elif dress == "trailers":
        dress_trailers(path)
    elif container == "mp3" and dress != "bare":
        dress_id3(path, int(dress[2]), padding=0 if "tight" in dress else 2000)
    elif container == "flac" and dress != "bare":
        dress_flac(path, padding=0 if "tight" in dress else 3000)
    elif container in ("ogg", "opus") and dress != "bare":
        reader = oggvorbis.OggVorbis if container == "ogg" else oggopus.OggOpus
        dress_comments(path, reader, LARGE_PICTURE if dress == "picture" else b"")
    return path


TITLES = {
    "mp3-v24": "Låt",
    "mp3-v23": "Låt",
    "mp3-v23tight": "Låt",
    "mp3-v22": "Old",
    "mp3-v1": "Title of the end",
    "mp3-trailers": "Låt",
    "mp3-bare": None,
    "flac": "Låt",
    "flac-tight": "Låt",
    "flac-bare": None,
    "ogg": "Låt",
    "ogg-picture": "Låt",
    "ogg-bare": None,
    "opus": "Låt",
    "opus-picture": "Låt",
    "opus-bare": None,
    "m4a": "Låt",
    "m4a-fast": "Låt",
    "m4a-fasttight": "Låt",
    "m4a-alac": "Låt",
    "m4a-alacfastbare": None,
    "m4a-bare": None,
}
SOME = ["mp3-v23", "flac", "ogg", "m4a-fast"]  # where the container hardly matters


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each kind of song once; tests work on copies."""
    folder = tmp_path_factory.mktemp("songs")
    return {kind: _make(kind, folder) for kind in TITLES}


@pytest.fixture
def copy_of(made: dict[str, Path], tmp_path: Path) -> Callable[[str], Song]:
    """Makes a fresh copy of a kind of song, alone in its folder."""

    def copy(kind: str) -> Song:
        folder = tmp_path / kind
        folder.mkdir(exist_ok=True)
        path = folder / made[kind].name
        shutil.copy(made[kind], path)
        return Song(path, kind, TITLES[kind])

    return copy


@pytest.fixture(params=TITLES)
def song(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Song:
    """Every kind of song in turn."""
    return copy_of(request.param)


@pytest.fixture(params=SOME)
def any_song(request: pytest.FixtureRequest, copy_of: Callable[[str], Song]) -> Song:
    """One song of each family."""
    return copy_of(request.param)
