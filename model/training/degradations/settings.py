"""How likely and how strong each effect is that makes rendered music sound like a recording."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Between:
    """A range from which a number is drawn evenly."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """A number of the range."""
        return float(rng.uniform(self.low, self.high))

    def draw_ratio(self, rng: np.random.Generator) -> float:
        """A number of the range, each octave as likely as any other; for positive numbers."""
        return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))


@dataclass(frozen=True, kw_only=True)
class DriftSettings:
    """A band that hurries and drags."""

    depth: Between = Between(low=0.002, high=0.01)  # largest deviation of the tempo, as a ratio
    period: Between = Between(low=8.0, high=40.0)  # s from one hurry to the next


@dataclass(frozen=True, kw_only=True)
class RoomSettings:
    """The room in which it was played."""

    rt60: Between = Between(low=0.2, high=1.5)  # s until the reverberation is 60 dB down
    wet: Between = Between(low=0.05, high=0.4)  # share of the energy that is not direct sound
    reflections: Between = Between(low=4, high=10)  # how many stand out before the tail
    first: Between = Between(low=0.004, high=0.02)  # s to the first of them
    last: float = 0.08  # s; later ones melt into the tail
    brightness: Between = Between(low=1_500.0, high=7_000.0)  # Hz above which walls swallow sound


@dataclass(frozen=True, kw_only=True)
class BandSettings:
    """The equipment that does not pass all frequencies, one kind of three a song."""

    phone_low: Between = Between(low=250.0, high=600.0)  # Hz; nothing below from a telephone
    phone_high: Between = Between(low=3_000.0, high=6_000.0)  # Hz
    record_low: Between = Between(low=60.0, high=200.0)  # Hz; an old record
    record_high: Between = Between(low=2_500.0, high=6_000.0)  # Hz
    shy_low: Between = Between(low=90.0, high=300.0)  # Hz; a small loudspeaker


@dataclass(frozen=True, kw_only=True)
class CompressionSettings:
    """The loudness that was mixed in."""

    threshold: Between = Between(low=-8.0, high=4.0)  # dB above the mean level
    ratio: Between = Between(low=2.0, high=8.0)  # dB in for one dB out
    knee: float = 6.0  # dB over which the ratio sets in
    attack: Between = Between(low=0.003, high=0.03)  # s
    release: Between = Between(low=0.05, high=0.4)  # s
    drive: Between = Between(low=0.0, high=6.0)  # dB by which peaks are cut


@dataclass(frozen=True, kw_only=True)
class CodecSettings:
    """The files it went through. One channel has half of the bits of a stereo file."""

    mp3_share: float = 0.5  # of the songs; the others go through Opus
    mp3_rates: tuple[int, ...] = (64, 96, 112, 128, 160, 192)  # kbit/s in stereo
    opus_rates: tuple[int, ...] = (64, 80, 96, 128)  # kbit/s in stereo


@dataclass(frozen=True, kw_only=True)
class NoiseSettings:
    """The floor of tapes, microphones and converters."""

    snr: Between = Between(low=10.0, high=40.0)  # dB between music and noise


@dataclass(frozen=True, kw_only=True)
class CrowdSettings:
    """People who talk and clap out of time."""

    snr: Between = Between(low=5.0, high=25.0)  # dB between music and crowd
    syllables: Between = Between(low=2.0, high=6.0)  # swellings of the babble a second
    claps: Between = Between(low=0.3, high=12.0)  # a second
    clap_level: Between = Between(low=0.5, high=4.0)  # peak of the loudest, in mean levels of music


@dataclass(frozen=True, kw_only=True)
class SilenceSettings:
    """Holes in the music."""

    seconds: Between = Between(low=0.5, high=3.0)  # each
    count: Between = Between(low=1, high=3)
    fade: Between = Between(low=0.005, high=0.05)  # s at either side


@dataclass(frozen=True, kw_only=True)
class SpeechSettings:
    """Speech over the music, or instead of it."""

    seconds: Between = Between(low=2.0, high=6.0)  # each
    count: Between = Between(low=1, high=2)
    instead: float = 0.4  # share of the sections in which the music stops
    level: Between = Between(low=-3.0, high=6.0)  # dB above the music
    duck: Between = Between(low=3.0, high=15.0)  # dB by which music gives way where it goes on
    fade: float = 0.05  # s at either side


@dataclass(frozen=True, kw_only=True)
class DegradationSettings:
    """Which effects a song meets: the probability of each, and how strong they are."""

    share: float = 0.5  # of a rendered song's cases that are cut from its realistic version
    drift_chance: float = 0.3
    room_chance: float = 0.5
    crowd_chance: float = 0.15
    compression_chance: float = 0.5
    band_chance: float = 0.25
    silence_chance: float = 0.15
    speech_chance: float = 0.15
    noise_chance: float = 0.3
    codec_chance: float = 0.3
    drift: DriftSettings = field(default_factory=DriftSettings)
    room: RoomSettings = field(default_factory=RoomSettings)
    crowd: CrowdSettings = field(default_factory=CrowdSettings)
    compression: CompressionSettings = field(default_factory=CompressionSettings)
    band: BandSettings = field(default_factory=BandSettings)
    silence: SilenceSettings = field(default_factory=SilenceSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    noise: NoiseSettings = field(default_factory=NoiseSettings)
    codec: CodecSettings = field(default_factory=CodecSettings)
