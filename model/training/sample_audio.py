"""The clips in sample_audio/: rendered, encoded, titled and described by this tool alone.

`python -m pacetag.model.training.sample_audio sample_audio` makes them again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.signal import butter, sosfilt

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.draw import Section, draw_settings
from pacetag.model.training.grooves.render import GrooveSong, render, require_tools
from pacetag.model.training.grooves.styles import load_styles
from pacetag.model.training.output_folders import OutputError, check_free, named_path
from pacetag.model.training.sources.sound import FONTS

ARTIST = "The Pacetag House Band"
SECONDS = 46.0  # of each clip, about
_SEED = 2019
_RATE = 48_000  # Hz; the one rate that all codecs take
_FLAC_RATE = 22_050  # Hz
_BITS = 80_000  # a second, for the lossy codecs; mono
_CODECS = {
    ".mp3": "libmp3lame",
    ".flac": "flac",
    ".opus": "libopus",
    ".m4a": "aac",
}
COLUMNS = ("file", "title", "artist", "sha256", "paces", "unclear", "how")


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One clip: a groove of MMA's library at a chosen tempo, or a drone without any beat."""

    file: str
    title: str
    style: str = ""  # of MMA's standard library; none for the drone
    groove: str = ""
    bpm: float = 0.0  # of the felt beat
    chords: str = "C Am F G"


CLIPS = (
    Clip(file="01-kerbside-rock.mp3", title="Kerbside Rock", style="basicrock",
         groove="BasicRock", bpm=165.0, chords="E A E B7"),
    Clip(file="02-night-train.mp3", title="Night Train Lights", style="trance",
         groove="Trance", bpm=132.0, chords="Am F C G"),
    Clip(file="03-swing-shoes.flac", title="Swing Shoes", style="swing",
         groove="Swing", bpm=168.0, chords="F D7 Gm C7"),
    Clip(file="04-riverside-waltz.ogg", title="Riverside Waltz", style="waltz",
         groove="Waltz", bpm=186.0, chords="D G A7 D"),
    Clip(file="05-six-stones.opus", title="Six Stones", style="68march",
         groove="68March", bpm=110.0, chords="G C D7 G"),
    Clip(file="06-five-laps.m4a", title="Five Laps", style="jazz-54",
         groove="Jazz54", bpm=172.0, chords="Em Am Em B7"),
    Clip(file="07-parade.mp3", title="Parade", style="march",
         groove="March3", bpm=160.0, chords="C F G7 C"),
    Clip(file="08-last-mile-home.ogg", title="Last Mile Home", style="ballad",
         groove="Ballad", bpm=66.0, chords="G Em C D"),
    Clip(file="09-too-fast-to-talk.m4a", title="Too Fast to Talk", style="fastswing",
         groove="FastSwing", bpm=252.0, chords="Bb Gm Cm F7"),
    Clip(file="10-fog.opus", title="Fog"),
    Clip(file="11-half-time-hill.flac", title="Half-Time Hill", style="softrock",
         groove="SoftRock", bpm=83.0, chords="A F#m D E"),
    Clip(file="12-carnival-street.mp3", title="Carnival Street", style="samba",
         groove="Samba", bpm=208.0, chords="C Dm G7 C"),
)  # fmt: skip


def make_samples(folder: Path, console: Console | None = None, *, overwrite: bool = False) -> None:
    """Write all clips and manifest.csv into `folder`.

    Raises ToolsMissingError when MMA, FluidSynth or a sound font is not installed, OutputError when
    one of them is there already, unless it is to be replaced.
    """
    check_free(
        [folder / name for name in (*(clip.file for clip in CLIPS), "manifest.csv")],
        overwrite=overwrite,
    )
    require_tools()
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, clip in enumerate(track(CLIPS, "clips", console=console)):
        with tempfile.TemporaryDirectory(prefix="pacetag-sample-") as scratch:
            samples, paces, unclear, how = _sound(clip, number, Path(scratch))
        target = folder / clip.file
        _encode(target, samples, clip.title)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        rows.append((clip.file, clip.title, ARTIST, digest, paces, unclear, how))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _sound(clip: Clip, number: int, scratch: Path) -> tuple[NDArray[np.float32], str, str, str]:
    """Samples at _RATE with the clip's paces, its unclear levels and how it was made, as text."""
    if not clip.style:
        how = "filtered noise and slow chords by formula; no event is repeated in time"
        return drone(SECONDS, _SEED), "", "", how
    song = _render(clip, number, scratch)
    sound, rate = soundfile.read(scratch / song.audio, dtype="float32")
    how = (
        f"MMA groove {clip.groove} ({song.metre}) at {clip.bpm:g} beats a minute, "
        f"FluidSynth with {song.font}"
    )
    levels = {
        said: " ".join(f"{v.bpm:.2f}" for v in reversed(song.levels) if v.verdict == said)
        for said in ("compatible", "unclear")
    }
    return soxr.resample(sound, rate, _RATE), levels["compatible"], levels["unclear"], how


def _render(clip: Clip, number: int, scratch: Path) -> GrooveSong:
    style = load_styles()[clip.style]
    bars = round(SECONDS * clip.bpm / 60 / style.beats_per_bar)
    chords = clip.chords.split()
    section = Section(
        groove=clip.groove, chords=tuple((chords[bar % len(chords)],) for bar in range(bars))
    )
    drawn = draw_settings(_SEED, number)
    return render(
        replace(
            drawn,
            style=clip.style,
            bpm=clip.bpm,
            sections=(section,),
            font=next(iter(FONTS)),
            gain=0.6,
            reverb=True,
            lead=False,
        ),
        scratch,
    )


def drone(seconds: float, seed: int, rate: int = _RATE) -> NDArray[np.float32]:
    """Wind and slow chords, mono: partials that swell at unrelated rates, and no onset at all."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    wind = sosfilt(
        butter(2, [150, 900], "bandpass", fs=rate, output="sos"), rng.normal(size=len(time))
    )
    sound = 0.15 * wind / np.abs(wind).max()
    for root in (55.0, 82.5, 110.0, 164.8, 220.0):
        period = rng.uniform(11, 29)  # seconds: far slower than any beat
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * (time / period + rng.random()))
        sound += 0.06 * swell**2 * np.sin(2 * np.pi * root * time + rng.uniform(0, 6.28))
    fade = np.clip(np.minimum(time, time[-1] - time) / 4, 0, 1)
    return np.asarray(sound * fade, np.float32)


def _encode(target: Path, samples: NDArray[np.float32], title: str) -> None:
    if target.suffix == ".ogg":  # PyAV's FFmpeg is built without the Vorbis encoder
        _encode_vorbis(target, samples, title)
        return
    rate = _RATE
    if target.suffix == ".flac":  # half the size of 48 kHz, and the band holds nothing higher
        samples, rate = soxr.resample(samples, _RATE, _FLAC_RATE), _FLAC_RATE
    with av.open(str(target), "w") as out:
        out.metadata.update({"title": title, "artist": ARTIST})
        stream = out.add_stream(_CODECS[target.suffix], rate=rate, layout="mono")
        if not isinstance(stream, av.AudioStream):
            raise TypeError(f"{target.suffix} is no sound")
        if target.suffix != ".flac":
            stream.bit_rate = _BITS
        pcm = (np.clip(samples, -1, 1) * 32_767).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 4096
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))


def _encode_vorbis(target: Path, samples: NDArray[np.float32], title: str) -> None:
    with soundfile.SoundFile(
        target, "w", _RATE, 1, format="OGG", subtype="VORBIS", compression_level=0.6
    ) as out:
        out.title, out.artist = title, ARTIST
        for first in range(0, len(samples), _RATE):  # libsndfile's encoder chokes on long buffers
            out.write(samples[first : first + _RATE])


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the clips from the command line."""
    parser = argparse.ArgumentParser(description="Render the sample clips.")
    parser.add_argument("folder", type=named_path, help="where clips and manifest.csv go")
    parser.add_argument("--overwrite", action="store_true", help="replace the clips that are there")
    given = parser.parse_args(arguments)
    try:
        make_samples(given.folder, overwrite=given.overwrite)
    except ModelError as error:
        Console(stderr=True).print(str(error), markup=False)
        return 2 if isinstance(error, OutputError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
