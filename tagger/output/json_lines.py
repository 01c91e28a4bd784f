"""Results as JSON, one object a line. The keys are a contract; a test pins them."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Self, TextIO

from pacetag.db.records import IndexStats
from pacetag.model.judgement import Pace
from pacetag.tagger.playlist.entries import Playlist
from pacetag.tagger.playlist.intensity import Asked
from pacetag.tagger.playlist.ranking import worth
from pacetag.tagger.playlist.worth import closeness
from pacetag.tagger.scanning.outcomes import ScanSummary, SongOutcome
from pacetag.tagger.tags.changes import changes_object
from pacetag.tagger.terminal.say import say


class JsonReporter:
    """Prints an object for each song when it is done, and one for the scan at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def song(self, song: SongOutcome) -> None:
        """Print the song."""
        say_json(
            {
                "path": song.path,
                "outcome": song.outcome.value,
                "paces": pace_objects(song.paces),
                "reason": song.reason,
                "changes": changes_object(song.changes),
            }
        )

    def end(self, summary: ScanSummary) -> None:
        """Print the counts."""
        left_out, counts = summary.left_out, asdict(summary.counts)
        untagged = counts.pop("untagged")
        say_json(
            {
                "counts": counts,
                "untagged": untagged,
                "missing": summary.missing,
                "unreadable": [{"path": path, "reason": why} for path, why in left_out.refused],
                "passed_over": {
                    "folders": list(left_out.bins),  # of trash, snapshots and thumbnails
                    "hidden": list(left_out.hidden),  # songs, and folders with songs
                    "songs": left_out.binned,  # of the index, which lie in such folders
                    "files": dict(left_out.others),  # that may hold music, by suffix
                },
                "seconds": round(summary.seconds, 3),
            }
        )


def pace_objects(paces: Iterable[Pace]) -> list[dict[str, float]]:
    """Paces as JSON values."""
    return [{"bpm": pace.bpm, "confidence": pace.confidence} for pace in paces]


def say_json(value: dict[str, Any], stream: TextIO | None = None) -> None:
    """Print one object on a line of ASCII, which keeps even undecodable file names."""
    say(json.dumps(value), stream, whole=True)


def playlist_object(playlist: Playlist) -> dict[str, Any]:
    """A playlist as a JSON value."""
    return {
        "cadence": playlist.cadence,
        "tolerance": playlist.tolerance,
        "asked": asked_object(playlist.asked),
        "songs": [
            {
                "path": entry.song.path,
                "title": entry.song.title,
                "artist": entry.song.artist,
                "duration": entry.song.duration,
                "pace": {"bpm": entry.pace.bpm, "confidence": entry.pace.confidence},
                "by": "network" if entry.song.listener is None else "listener",
                "deviation": round(entry.deviation, 5),
                "worth": worth(entry, playlist.tolerance, playlist.asked),
                "closeness": round(closeness(entry.deviation, playlist.tolerance), 5),
                "stability": _rounded(entry.song.analysis.stability),
                "intensity": entry.song.analysis.intensity,
                "opinion": entry.opinion,
                "ago": entry.ago,
                "rank": entry.rank + 1,
                "begins": entry.begins,
            }
            for entry in playlist.entries
        ],
        "seconds": round(playlist.total, 3),
        "wanted": playlist.wanted,
        "gone": playlist.gone,
        "silent": playlist.silent,
        "excluded": playlist.excluded,
        "resting": playlist.resting,
        "rests": playlist.rests,
        "seed": playlist.seed,
        "unfiltered": None if playlist.unfiltered is None else asdict(playlist.unfiltered),
        "near": [
            {
                "tolerance": near.tolerance,
                "songs": near.songs,
                "seconds": round(near.seconds, 3),
            }
            for near in playlist.near
        ],
    }


def asked_object(asked: Asked | None) -> dict[str, Any] | None:
    """The intensity that is asked for as a JSON value."""
    return None if asked is None else {"word": asked.word, "from": asked.low, "to": asked.high}


def _rounded(stability: float | None) -> float | None:
    return None if stability is None else round(stability, 5)


def stats_object(stats: IndexStats) -> dict[str, Any]:
    """The numbers of the index as a JSON value."""
    return {
        "songs": stats.songs,
        "with_paces": stats.with_paces,
        "without_paces": stats.without_paces,
        "listener": stats.listener,
        "failed": stats.failed,
        "missing": stats.missing,
        "artists": stats.artists,
        "seconds": round(stats.total_seconds, 3),
        "histogram": [{"from": start, "songs": count} for start, count in stats.histogram],
        "bundles": dict(stats.bundles),
    }
