"""Benchmark set: the songs of Frets on Fire, whose charts were made by people."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from rich.console import Console

from pacetag.model.errors import ModelError
from pacetag.model.training.benchmark_sets.table import BenchmarkSong
from pacetag.model.training.scores.score import read_score
from pacetag.model.training.sources.debian import take_files
from pacetag.model.training.sources.sound import write_flac

FOLDER = "usr/share/games/fretsonfire/data/songs"  # in the packages
CHART, NAMES, SOUNDS = "notes.mid", "song.ini", ("song.ogg", "guitar.ogg")


@dataclass(frozen=True, kw_only=True)
class Album:
    """The songs of one package."""

    artist: str
    genre: str
    folder: str  # below FOLDER
    songs: tuple[str, ...]  # their folders


ALBUMS: Mapping[str, Album] = {  # by package
    "fretsonfire-songs-muldjord": Album(
        artist="Muldjord",
        genre="metal",
        folder="muldjord",
        songs=("armygeddon", "chaos_god", "internal_degeneration", "mutilated_mime"),
    ),
    "fretsonfire-songs-sectoid": Album(
        artist="Sectoid",
        genre="rock",
        folder="sectoid",
        songs=("Escape from chaosland", "Feelings", "Metal madness", "War of freedom"),
    ),
}


class ChartError(ModelError):
    """A song's chart cannot be used."""


def build_frets(
    folder: Path,
    console: Console,
    *,
    debs: Path | None = None,
    albums: Mapping[str, Album] = ALBUMS,
) -> tuple[BenchmarkSong, ...]:
    """Mix the songs into `folder`. Raises PackageError when a package cannot be had."""
    songs = []
    for package, album in albums.items():
        parts = folder / "parts" / album.folder
        names = (CHART, NAMES, *SOUNDS)
        wanted = {
            f"{FOLDER}/{album.folder}/{song}/{name}": parts / song / name
            for song in album.songs
            for name in names
        }
        wanted[f"usr/share/doc/{package}/copyright"] = parts / "copyright"
        take_files(package, wanted, debs)
        for song in album.songs:
            try:
                songs.append(_song(parts / song, folder, album))
            except ModelError as error:
                console.print(f"left out: {album.artist}, {song}: {error}", markup=False)
    return tuple(songs)


def chart_tempo(data: bytes) -> tuple[float, int]:
    """Tempo (bpm, of a quarter) and beats of a bar of a chart. Raises MidiError or ChartError."""
    score = read_score(data)
    if len(score.tempos) > 1:
        raise ChartError("the chart changes its tempo")
    if len(score.metres) > 1 or any(metre.unit != 4 for metre in score.metres):
        raise ChartError("the chart changes its metre, or counts no quarters")
    # Charts without a time signature are in 4/4, as MIDI has it.
    return score.tempos[0].bpm, score.metres[0].beats if score.metres else 4


def song_name(text: str) -> str:
    """Name of a song by its song.ini; empty if that does not say."""
    ini = ConfigParser(interpolation=None, strict=False)
    try:
        ini.read_string(text)
    except IniError:
        return ""
    return ini.get("song", "name", fallback="")


def _song(parts: Path, folder: Path, album: Album) -> BenchmarkSong:
    tempo, beats = chart_tempo((parts / CHART).read_bytes())
    title = song_name((parts / NAMES).read_text(encoding="utf-8", errors="replace"))
    title = title or parts.name
    target = folder / f"{album.folder}-{parts.name.replace(' ', '_').lower()}.flac"
    if not target.is_file():
        _mix([parts / name for name in SOUNDS], target)
    return BenchmarkSong(
        file=target.name,
        tempo=round(tempo, 2),
        beats_per_bar=beats,
        genre=album.genre,
        artist=album.artist,
        remarks=f"{title}; a person's chart",
    )


def _mix(tracks: list[Path], target: Path) -> None:
    """Add up tracks that were recorded together; the longest decides the length."""
    heard = [soundfile.read(track, dtype="float32", always_2d=True) for track in tracks]
    rates = {rate for _, rate in heard}
    if len(rates) > 1:
        raise ChartError("its tracks have different sample rates")
    mix = np.zeros((max(len(samples) for samples, _ in heard), 2), np.float32)
    for samples, _ in heard:
        mix[: len(samples)] += samples  # mono goes to both sides
    write_flac(target, mix, rates.pop())
