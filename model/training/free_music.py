"""Free music to train on, rendered or fetched: every corpus below one folder."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pacetag.model.training.beatless.corpus import SOURCE as BEATLESS
from pacetag.model.training.beatless.corpus import build_beatless
from pacetag.model.training.drummers.corpus import SOURCE as DRUMMERS
from pacetag.model.training.drummers.corpus import build_drummers
from pacetag.model.training.drummers.takes import load_takes
from pacetag.model.training.expressive.corpus import SOURCE as EXPRESSIVE
from pacetag.model.training.expressive.corpus import build_expressive
from pacetag.model.training.expressive.covers import COVERED
from pacetag.model.training.grooves.corpus import build_corpus
from pacetag.model.training.grooves.draw import Collection
from pacetag.model.training.grooves.songs import groove_songs
from pacetag.model.training.metres.corpus import SOURCE as METRES
from pacetag.model.training.metres.corpus import build_metres
from pacetag.model.training.recordings.fetch import fetch_recordings
from pacetag.model.training.recordings.songs import recording_songs
from pacetag.model.training.rendered import training_songs
from pacetag.model.training.scores.corpus import build_corpus as build_scores
from pacetag.model.training.scores.songs import notated_songs
from pacetag.model.training.songs import FreeMusic, TrainingSong

# Songs of each further collection for one of the standard library's. The further libraries have
# half as many styles that can be used; some of the standard ones are heard again, played by humans.
SHARES: dict[Collection, float] = {"further": 0.41, "human": 0.2, "chamber": 0.4}
# Came later, and is there to learn from: what is held out stays what it was.
LEARNT_ONLY: frozenset[Collection] = frozenset({"chamber"})
# Songs in compound, triple and odd metre, with expression, and without a beat, for one of these.
METRES_SHARE, EXPRESSIVE_SHARE, BEATLESS_SHARE = 0.6, 0.39, 0.15


def free_songs(
    work: Path, free: FreeMusic, *, seed: int, jobs: int, console: Console
) -> list[TrainingSong]:
    """Make what is missing below `work`, and give the songs. Raises ModelError."""
    if free.drummers is not None:
        load_takes(free.drummers)  # what is wrong with them should not come out after hours
    build_corpus(work / "grooves", free.songs, seed, jobs, console)
    found = groove_songs(work / "grooves")[: free.songs]
    for collection, share in SHARES.items():
        count = round(share * free.songs)
        if count:
            # Another seed, so that no song of theirs is a standard one over again.
            build_corpus(work / collection, count, seed + 1, jobs, console, collection)
            songs = groove_songs(work / collection)[:count]
            learnt = [song for song in songs if song.split == "train"]
            found += learnt if collection in LEARNT_ONLY else songs
    found += _composed(work, free, seed=seed, jobs=jobs, console=console)
    if free.fetched:
        build_scores(work / "scores", debs=free.debs, console=console)
        found += notated_songs(work / "scores")
        fetch_recordings(work / "recordings", debs=free.debs, console=console)
        found += recording_songs(work / "recordings", pseudo_labels=free.pseudo_labels)
    return found


def _composed(
    work: Path, free: FreeMusic, *, seed: int, jobs: int, console: Console
) -> list[TrainingSong]:
    """Songs that are composed or played for this, each kind in a folder of its own."""
    made = {
        METRES: build_metres(
            work / METRES,
            songs=round(METRES_SHARE * free.songs),
            seed=seed,
            jobs=jobs,
            console=console,
        ),
        BEATLESS: build_beatless(
            work / BEATLESS,
            songs=round(BEATLESS_SHARE * free.songs),
            seed=seed,
            jobs=jobs,
            console=console,
        ),
        EXPRESSIVE: build_expressive(
            work / EXPRESSIVE,
            songs=round(EXPRESSIVE_SHARE * free.songs),
            seed=seed,
            jobs=jobs,
            console=console,
            packages=COVERED if free.fetched else (),
            debs=free.debs,
        ),
    }
    if free.drummers is not None:
        made[DRUMMERS] = build_drummers(
            work / DRUMMERS, free.drummers, seed=seed, jobs=jobs, console=console
        )
    return [
        song for kind, songs in made.items() for song in training_songs(songs, work / kind, kind)
    ]
