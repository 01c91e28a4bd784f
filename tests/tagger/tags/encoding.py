"""One second of sound in every container, without tags.

Only their own encoders, which few machines have, make Musepack, Speex and Ogg FLAC with several
packets of headers. Their output lies in `encoded/`; `python -m tests.tagger.tags.encoding FOLDER`
makes it again.
"""

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 48_000
ENCODED = Path(__file__).parent / "encoded"
ENCODERS = {  # suffix: its own encoder, which takes the names of both files
    ".mpc": "mpcenc --silent --overwrite {plain} {song}",
    ".spx": "speexenc --quiet --stereo {plain} {song}",
    ".oga": "flac --silent --force --ogg -o {song} {plain}",
}
SOUNDFILE = {  # suffix: format and subtype of those that libsndfile writes
    ".mp3": (None, None),
    ".flac": (None, None),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".wav": ("WAV", "PCM_16"),
    ".aiff": ("AIFF", "PCM_16"),
    ".aifc": ("AIFF", "FLOAT"),  # a kind that only AIFF-C has
}
PYAV = {  # suffix: PyAV's names of format and codec, and what the codec takes
    ".m4a": ("mp4", "aac", "fltp"),
    ".wma": ("asf", "wmav2", "fltp"),
    ".wv": ("wv", "wavpack", "s16p"),
    ".oga": ("ogg", "flac", "s16"),
    ".tta": ("tta", "tta", "s16"),
}


def sound(seconds: float = 1.0, seed: int = 0) -> NDArray[np.float32]:
    """Return clicks over noise in stereo, float32 [n, 2] at 48 kHz."""
    noise = np.random.default_rng(seed).normal(0, 0.02, (round(seconds * RATE), 2))
    noise[:: RATE // 4] += 0.5
    return noise.astype(np.float32)


def encode(path: Path, codec: str = "", seed: int = 0, fast: bool = False) -> Path:
    """Encode one second in the suffix's container; `codec`: PyAV's name of another one, for MP4."""
    if path.suffix in SOUNDFILE:
        format_, subtype = SOUNDFILE[path.suffix]
        soundfile.write(path, sound(seed=seed), RATE, subtype=subtype, format=format_)
    elif path.suffix in PYAV:
        _encode_with_pyav(path, codec, seed, fast)
    elif path.suffix in (".mpc", ".spx"):
        if seed:
            raise ValueError(seed)
        shutil.copyfile(ENCODED / f"song{path.suffix}", path)
    elif path.suffix == ".dsf":
        path.write_bytes(silent_dsf())
    elif path.suffix == ".ape":
        path.write_bytes(silent_ape())
    else:
        raise ValueError(path.suffix)
    return path


def encode_reference_flac(path: Path) -> Path:
    """Encode Ogg FLAC with its own encoder, which writes several packets of headers."""
    shutil.copyfile(ENCODED / "song.oga", path)
    return path


def encode_anew(path: Path) -> Path:
    """Encode one second with the container's own encoder, which must be installed."""
    plain = path.with_suffix(".plain.wav")
    soundfile.write(plain, sound(), RATE)
    command = [part.format(plain=plain, song=path) for part in ENCODERS[path.suffix].split()]
    subprocess.run(command, check=True, capture_output=True)
    plain.unlink()
    return path


def _encode_with_pyav(path: Path, codec: str, seed: int, fast: bool) -> None:
    format_, usual, wanted = PYAV[path.suffix]
    if codec == "alac":
        wanted = "s16p"
    options = {"fflags": "+bitexact"}  # leaves no tags
    if format_ == "mp4":
        options["movflags"] = "+faststart" if fast else "0"
    with av.open(str(path), "w", format=format_, options=options) as container:
        stream: Any = container.add_stream(codec or usual, rate=RATE)
        stream.layout, stream.bit_rate = "stereo", 128_000
        stream.time_base = Fraction(1, RATE)
        samples = sound(seed=seed).T
        if wanted != "fltp":
            samples = np.round(samples * 32_000).astype(np.int16)
        if wanted == "s16":
            samples = samples.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), wanted, "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


def silent_ape() -> bytes:
    """Monkey's Audio 3.99, made by hand for lack of a free encoder: one frame of silence."""
    frame = (0x80000000).to_bytes(4, "little") + (3).to_bytes(4, "little") + bytes(24)
    numbers = [52, 24, 4, 0, len(frame), 0, 0]
    descriptor = b"MAC " + _little(2, 3990, 0) + _little(4, *numbers) + bytes(16)
    header = _little(2, 2000, 0) + _little(4, 73728 * 4, RATE, 1) + _little(2, 16, 2)
    head = descriptor + header + _little(4, RATE)
    return head + _little(4, len(head) + 4) + frame


def silent_dsf() -> bytes:
    """Return DSD at 2.8 MHz with one channel, laid out as in the specification."""
    rate, block = 2_822_400, 4096
    bits = b"\x69" * (-(-rate // 8 // block) * block)
    about = _little(4, 1, 0, 1, 1, rate, 1) + _little(8, rate) + _little(4, block, 0)
    rest = b"fmt " + _little(8, 52) + about + b"data" + _little(8, 12 + len(bits)) + bits
    return b"DSD " + _little(8, 28, 28 + len(rest), 0) + rest


def _little(size: int, *numbers: int) -> bytes:
    return b"".join(number.to_bytes(size, "little") for number in numbers)


if __name__ == "__main__":
    for each in ENCODERS:
        encode_anew(Path(sys.argv[1], f"song{each}"))
