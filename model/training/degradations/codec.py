"""Music that went through an MP3 or an Opus file, in memory."""

import io
from typing import cast

import av
import numpy as np
import soxr
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from pacetag.model.training.degradations.settings import CodecSettings

OPUS_RATE = 24_000  # Hz; the rate of Opus next above that of the features
FASTEST = {"libmp3lame": "9", "libopus": "0"}  # compression_level; the bit rate does the harm


def recode(
    samples: NDArray[np.float32],
    rate: int,
    rng: np.random.Generator,
    settings: CodecSettings | None = None,
) -> NDArray[np.float32]:
    """Samples [n] as they come back from a lossy file, in the same place.

    At 22 050 Hz as at 44 100 Hz the bits go to the lower half of the spectrum, so one channel at
    half of a stereo file's bit rate is harmed about as much as a channel of that file.
    """
    settings = settings or CodecSettings()
    if rng.random() < settings.mp3_share:
        kilobits = int(rng.choice(settings.mp3_rates)) // 2
        return through_file(samples, rate, "libmp3lame", kilobits)
    kilobits = int(rng.choice(settings.opus_rates)) // 2
    return through_file(samples, rate, "libopus", kilobits)


def through_file(
    samples: NDArray[np.float32], rate: int, encoder: str, kilobits: int
) -> NDArray[np.float32]:
    """Samples [n] at `rate` Hz through one channel of `kilobits` a second and back.

    `encoder` is "libmp3lame" or "libopus". Both containers note the encoder's delay, and decoding
    takes it off.
    """
    opus = encoder == "libopus"
    file_rate = OPUS_RATE if opus else rate
    sound = samples if file_rate == rate else soxr.resample(samples, rate, file_rate)
    coded = io.BytesIO()
    with av.open(coded, "w", format="ogg" if opus else "mp3") as container:
        options = {"compression_level": FASTEST[encoder]}
        stream = cast(AudioStream, container.add_stream(encoder, rate=file_rate, options=options))
        stream.bit_rate = kilobits * 1_000
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound)[None, :], format="flt" if opus else "fltp", layout="mono"
        )
        frame.sample_rate = file_rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    back = _decode(coded, rate)[: len(samples)]
    return np.pad(back, (0, len(samples) - len(back)))


def _decode(coded: io.BytesIO, rate: int) -> NDArray[np.float32]:
    coded.seek(0)
    with av.open(coded, "r") as container:
        found = container.streams.audio[0].rate
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    sound = np.concatenate(parts).astype(np.float32)
    if found == rate:
        return sound
    resampled: NDArray[np.float32] = soxr.resample(sound, found, rate)
    return resampled
