"""A corpus of rendered songs on disk: a sound file each, and a line of songs.jsonl."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from rich.console import Console
from rich.progress import Progress

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.songs import groove_truth
from pacetag.model.training.grooves.truth import Level
from pacetag.model.training.songs import LabelledTruth, TrainingSong, Window

SONGS_FILE = "songs.jsonl"


class RenderedCorpusError(ModelError):
    """The corpus on disk is not what it should be."""


@dataclass(frozen=True, kw_only=True)
class RenderedSong:
    """A rendered song and its truth."""

    name: str  # unique within its corpus
    group: str  # family, player or piece: never on both sides of a split
    split: str  # "train", "validation" or "test"
    tempo: float | None  # felt beats per minute, the mean where it drifts; None without a beat
    seconds: float
    audio: str  # file name, beside songs.jsonl
    # Slow to fast; levels with the verdict "wrong" are those that the beat is easily taken for.
    levels: tuple[Level, ...]
    made: dict[str, Any] = field(default_factory=dict)  # what it was made with
    seed: int = 0  # of the corpus, which `build_rendered` notes


class Plan(Protocol):
    """What a song will be, before it is rendered; equal plans give equal songs."""

    @property
    def name(self) -> str:
        """The song's name, unique within its corpus."""
        ...


P = TypeVar("P", bound=Plan)


def build_rendered(
    folder: Path,
    plans: Sequence[P],
    render: Callable[[P, Path], RenderedSong],
    *,
    seed: int,
    title: str,
    jobs: int | None = None,
    console: Console | None = None,
) -> tuple[RenderedSong, ...]:
    """Render the songs of `plans` into `folder`, keeping those that are there already.

    `render` is called in threads, several at a time, since its work is in child processes; what it
    raises ends the run, after which another one goes on from there. `seed` is that of the corpus.
    Raises RenderedCorpusError where the folder holds songs of another one: names may be the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = {song.name: song for song in _noted(folder)}
    if seeds := {song.seed for song in done.values()} - {seed}:
        raise RenderedCorpusError(
            f"{folder} holds songs of seed {min(seeds)}: ask for that seed or for another folder"
        )
    missing = [plan for plan in plans if plan.name not in done]
    _rewrite(folder, done.values())  # what an interruption cut off must not run into the next line
    pool = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    with (
        Progress(console=console or Console(stderr=True)) as progress,
        (folder / SONGS_FILE).open("a", encoding="utf-8") as lines,
    ):
        task = progress.add_task(title, total=len(plans), completed=len(plans) - len(missing))
        try:
            running = [pool.submit(render, plan, folder) for plan in missing]
            for rendered in _as_finished(running):
                song = replace(rendered, seed=seed)
                done[song.name] = song
                lines.write(_line(song))
                lines.flush()
                progress.advance(task)
        finally:
            pool.shutdown(cancel_futures=True)
    found = {plan.name: done[plan.name] for plan in plans}
    _rewrite(folder, {**found, **done}.values())  # those that only a longer list has stay noted
    return tuple(found.values())


def load_rendered(folder: Path) -> tuple[RenderedSong, ...]:
    """Read a corpus back, in the order of its plans. Raises RenderedCorpusError."""
    songs = tuple(_noted(folder))
    if not songs:
        raise RenderedCorpusError(f"{folder} holds no rendered songs: make them first")
    return songs


def rendered_songs(folder: Path, source: str) -> list[TrainingSong]:
    """The songs of a corpus on disk as songs to learn from. Raises RenderedCorpusError."""
    return training_songs(load_rendered(folder), folder, source)


def training_songs(songs: Iterable[RenderedSong], folder: Path, source: str) -> list[TrainingSong]:
    """Some songs of the corpus in `folder` as songs to learn from."""
    return [
        TrainingSong(
            name=f"{source} {song.name}",
            source=source,
            group=song.group,
            split=song.split,
            windows=(Window(path=folder / song.audio, start=0.0, seconds=song.seconds),),
            truth=_truth(song),
        )
        for song in songs
    ]


def _truth(song: RenderedSong) -> LabelledTruth:
    if song.tempo is None:
        return LabelledTruth(right=())
    return groove_truth(song.levels, song.tempo)


def _as_finished(running: Sequence[Future[RenderedSong]]) -> Iterator[RenderedSong]:
    return (future.result() for future in as_completed(running))


def _noted(folder: Path) -> Iterator[RenderedSong]:
    """Read the songs whose audio is there; a line cut off by an interruption is none."""
    record = folder / SONGS_FILE
    for line in record.read_text(encoding="utf-8").splitlines() if record.is_file() else ():
        try:
            row = json.loads(line)
            levels = tuple(Level(**level) for level in row["levels"])
            song = RenderedSong(**{**row, "levels": levels})
        except (ValueError, TypeError, KeyError):
            continue
        if (folder / song.audio).is_file():
            yield song


def _rewrite(folder: Path, songs: Iterable[RenderedSong]) -> None:
    """Write the whole record anew, in one step."""
    partial = folder / f"{SONGS_FILE}.part"
    partial.write_text("".join(map(_line, songs)), encoding="utf-8")
    partial.replace(folder / SONGS_FILE)


def _line(song: RenderedSong) -> str:
    return json.dumps(asdict(song)) + "\n"
