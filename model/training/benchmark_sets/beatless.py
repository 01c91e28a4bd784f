"""Benchmark set: sound without a beat, most of it recorded, the rest made with a fixed seed.

The recordings are of packages that are not trained on. They were chosen by the autocorrelation of
their onsets: ambiences with a pulse (croaking frogs, pulsating machines, insects that chirp at a
steady rate) were left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import soundfile
import soxr
from rich.console import Console

from pacetag.model.training.benchmark_sets import noise, pads
from pacetag.model.training.benchmark_sets.table import BenchmarkSong
from pacetag.model.training.sources.deb_files import PackageError
from pacetag.model.training.sources.debian import take_files
from pacetag.model.training.sources.sound import require_synthesiser, write_flac

SEED = 20_261_123
CROWDS = (4, 12, 40)  # people


@dataclass(frozen=True, kw_only=True)
class Source:
    """Recordings of one package that are alike."""

    package: str
    folder: str  # in the package
    genre: str
    artist: str
    what: Mapping[str, str]  # file -> what it is


def _voice(language: str, folder: str, speaker: str, names: str) -> Source:
    return Source(
        package=f"asterisk-core-sounds-{language}-wav",
        folder=f"usr/share/asterisk/sounds/{folder}",
        genre="speech",
        artist=speaker,
        what={f"{name}.wav": f"a person speaking, language {language}" for name in names.split()},
    )


SOURCES = (
    _voice("en", "en_US_f_Allison", "Allison Smith", "demo-instruct demo-congrats "
           "priv-callee-options demo-echotest basic-pbx-ivr-main conf-adminmenu-18"),
    _voice("es", "es_MX_f_Allison", "Allison Smith", "demo-instruct demo-congrats "
           "priv-callee-options demo-echotest vm-options"),
    _voice("fr", "fr_CA_f_June", "June Wallack", "demo-instruct demo-congrats "
           "priv-callee-options vm-msginstruct conf-adminmenu-18"),
    _voice("it", "it_IT_m_Carlo", "Carlo", "demo-instruct demo-congrats "
           "priv-callee-options vm-options conf-adminmenu-18"),
    _voice("ru", "ru_RU_f_IvrvoiceRU", "IvrvoiceRU", "demo-instruct demo-congrats "
           "priv-callee-options basic-pbx-ivr-main screen-callee-options"),
    Source(package="boswars-data", folder="usr/share/games/boswars/campaigns/tutorial",
           genre="speech", artist="Bos Wars",
           what={"level01-01.wav": "a person speaking, language en"}),
    Source(package="lugaru-data", folder="usr/share/games/lugaru/Sounds",
           genre="weather", artist="Lugaru",
           what={"DesertAmbient.ogg": "desert wind", "Wind.ogg": "wind"}),
    Source(package="scorched3d-data",
           folder="usr/share/games/scorched3d/data/globalmods/none/data/wav/misc",
           genre="ambience", artist="Scorched 3D",
           what={"birds1.wav": "birds", "birds2.wav": "birds", "jet.wav": "a jet passing",
                 "lava2.wav": "lava bubbling", "oceanwaves.wav": "ocean waves"}),
    Source(package="scorched3d-data",
           folder="usr/share/games/scorched3d/data/globalmods/apoc/data/wav/misc",
           genre="crowd", artist="Scorched 3D", what={"cheeringloop.wav": "a crowd cheering"}),
    Source(package="caveexpress-data", folder="usr/share/games/caveexpress/sounds",
           genre="ambience", artist="Cave Express", what={"cave2.ogg": "a cave"}),
    Source(package="btanks-data", folder="usr/share/games/btanks/data/sounds/ambient",
           genre="ambience", artist="Battle Tanks",
           what={"city.ogg": "a city", "country.ogg": "the country", "forest.ogg": "a forest",
                 "swamp.ogg": "a swamp"}),
    Source(package="flare-game",
           folder="usr/share/games/flare/mods/fantasycore/soundfx/environment",
           genre="weather", artist="Flare",
           what={"cave_wind_loop.ogg": "wind in a cave", "wind_loop.ogg": "wind"}),
    Source(package="unknown-horizons",
           folder="usr/share/unknown-horizons/content/audio/sounds",
           genre="ambience", artist="Unknown Horizons", what={"sheepfield.ogg": "sheep"}),
    Source(package="gigalomania-data", folder="usr/share/gigalomania/music",
           genre="ambience", artist="Gigalomania", what={"mainscreen.ogg": "wind and drones"}),
)  # fmt: skip


def build_beatless(
    folder: Path,
    console: Console,
    *,
    debs: Path | None = None,
    sources: tuple[Source, ...] = SOURCES,
) -> tuple[BenchmarkSong, ...]:
    """Fetch the recordings and make the other sounds in `folder`; what is there is kept.

    A package that cannot be had is left out, with a sentence on the console. Raises
    ToolsMissingError when FluidSynth or a sound font is not installed.
    """
    require_synthesiser("playing free-rhythm pieces")
    songs = []
    for source in sources:
        try:
            songs.extend(_fetch(source, folder, debs))
        except PackageError as error:
            console.print(f"left out: {error}", markup=False, highlight=False)
    voices = [folder / song.file for song in songs if song.genre == "speech"]
    return (*songs, *_noises(folder), *_crowds(folder, voices), *_pads(folder))


def _fetch(source: Source, folder: Path, debs: Path | None) -> list[BenchmarkSong]:
    targets = {
        f"{source.folder}/{name}": PurePosixPath("recorded", source.package, name)
        for name in source.what
    }
    wanted = {path: folder / target for path, target in targets.items()}
    wanted[f"usr/share/doc/{source.package}/copyright"] = (
        folder / "recorded" / source.package / "copyright"
    )
    take_files(source.package, wanted, debs)
    return [
        BenchmarkSong(
            file=targets[f"{source.folder}/{name}"].as_posix(),
            genre=source.genre,
            artist=source.artist,
            remarks=f"recorded: {what} ({source.package})",
        )
        for name, what in source.what.items()
    ]


def _noises(folder: Path) -> Iterator[BenchmarkSong]:
    for name, (make, count) in noise.MADE.items():
        for number in range(1, count + 1):
            target = folder / "made" / f"{name.replace(' ', '-')}-{number}.flac"
            if not target.is_file():
                sound = make(_random(name, number)).astype(np.float32)
                write_flac(target, sound, noise.RATE)
            yield _made(target, folder, name.split()[-1], f"{name}, by formula")


def _crowds(folder: Path, voices: list[Path]) -> Iterator[BenchmarkSong]:
    for people in CROWDS if voices else ():
        target = folder / "made" / f"crowd-{people}.flac"
        if not target.is_file():
            heard = [_voice_sound(path) for path in voices]
            sound = noise.crowd(_random("crowd", people), heard, people)
            write_flac(target, sound.astype(np.float32), noise.RATE)
        yield _made(target, folder, "crowd", f"{people} recorded voices at once")


def _pads(folder: Path) -> Iterator[BenchmarkSong]:
    for program, (name, _) in pads.PROGRAMS.items():
        target = folder / "made" / f"free-{name.replace(' ', '-')}.flac"
        if not target.is_file():
            samples, _ = pads.play(_random("free", program), program)
            write_flac(target, samples, pads.RATE)
        yield _made(target, folder, "free rhythm", f"{name}, notes at random times, FluidSynth")


def _made(target: Path, folder: Path, genre: str, remarks: str) -> BenchmarkSong:
    file = target.relative_to(folder).as_posix()
    return BenchmarkSong(file=file, genre=genre, artist="pacetag", remarks=f"made: {remarks}")


def _voice_sound(path: Path) -> noise.Sound:
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, noise.RATE))


def _random(name: str, number: int) -> np.random.Generator:
    return np.random.default_rng([SEED, number, *name.encode()])
