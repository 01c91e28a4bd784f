"""The output of `pacetag show`, as lines and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pacetag.db.records import Opinion, counting_paces
from pacetag.model.judgement import MIN_CONFIDENCE, Analysis
from pacetag.tagger.output.json_lines import pace_objects
from pacetag.tagger.text.formatting import clock, listed_paces, percent, printable

if TYPE_CHECKING:
    from pacetag.model.evidence.evidence import Evidence, ShownTempo
    from pacetag.model.evidence.tempo_comparison import TempoComparison

STEADY = 0.002  # coefficient of variation that cannot be felt, and that measuring causes itself
LISTED = 0.01  # probability below which a candidate is listed only with --all
METRES = {"duple": "duple (in two)", "triple": "triple (in three)"}
OPINIONS = {
    Opinion.LOVED: "You love it: it goes before others that are as good.",
    Opinion.EXCLUDED: "You excluded it: it is in no playlist.",
}
SMALLEST_P = 0.0001  # p values below this are shown as a bound


@dataclass(frozen=True, kw_only=True)
class ShownSong:
    """A song's names, and what is known of it besides the judgement."""

    path: Path  # absolute
    named: str  # the path as it was named
    title: str | None = None
    artist: str | None = None
    listener: tuple[float, ...] | None = None  # paces that a person set, also that there be none
    also: tuple[str, ...] = ()  # paths of other files with the same audio
    opinion: Opinion | None = None  # what a person said of it


def show_lines(
    song: ShownSong,
    bundle: str,
    analysis: Analysis,
    evidence: Evidence | None,
    *,
    everything: bool = False,
    width: int | None = None,
) -> list[str]:
    """The song, its paces, its candidates and, if two tempos were compared, the comparison.

    Candidates below 1 % are listed with `everything`; the comparison fits in `width` columns.
    """
    lines = [
        *_names(song, analysis.metre),
        printable(f"{song.named}  {clock(analysis.seconds)}, judged by {bundle}"),
        *_paces(analysis, song.listener),
        *([OPINIONS[song.opinion]] if song.opinion in OPINIONS else ()),
        "Candidates:",
    ]
    listed = [t for t in analysis.candidates if everything or t.confidence >= LISTED]
    lines += [f"  {tempo.bpm:6.1f} bpm  {percent(tempo.confidence):>6}" for tempo in listed]
    if unlisted := len(analysis.candidates) - len(listed):
        lines.append(f"  and {unlisted} below {LISTED:.0%}, which --all lists")
    if evidence is not None and evidence.comparison is not None:
        lines += comparison_lines(evidence.shown, evidence.comparison, width=width)
    return [*lines, *(printable(f"also: {place}") for place in song.also)]


def title_lines(song: ShownSong, analysis: Analysis) -> tuple[str, str]:
    """Two lines above a picture of the song: its names, and its file, metre and length."""
    names = " \N{EN DASH} ".join(name for name in (song.title, song.artist) if name)
    metre = (METRES[analysis.metre],) if analysis.metre else ()
    facts = [*metre, clock(analysis.seconds)]
    if names:
        facts.insert(0, song.path.name)
    return printable(names or song.path.name), printable(", ".join(facts))


def _names(song: ShownSong, metre: str | None) -> list[str]:
    words = ("Title", song.title), ("Artist", song.artist), ("Metre", metre and METRES[metre])
    return [printable(f"{word}: {text}") for word, text in words if text]


def _paces(analysis: Analysis, listener: tuple[float, ...] | None) -> list[str]:
    """The paces, those set by a person first, and the stability of the tempo."""
    listed = ", ".join(f"{p.bpm:.1f} ({percent(p.confidence)})" for p in analysis.paces)
    if listener is None:
        lines = [f"Paces: {listed or 'none; there is no beat to step to'}"]
    else:
        yours = listed_paces(listener)
        lines = [f"Paces: {yours} (set by you); the network's: {listed or 'none'}"]
    if analysis.tempo_segments:
        parts = ", ".join(f"{bpm:.1f}" for bpm in analysis.tempo_segments)
        lines.append(f"The tempo changes: {parts} bpm.")
    elif analysis.paces and analysis.stability is not None:
        lines.append(_stability(analysis.stability))
    if analysis.intensity is not None:
        share = f"{analysis.intensity:.0%}"
        lines.append(f"It drives harder than {share} of recordings.")
    return lines


def comparison_lines(
    shown: tuple[ShownTempo, ...], comparison: TempoComparison, *, width: int | None = None
) -> list[str]:
    """Two tempos side by side, and which of them the audio supports better."""
    first, second = (tempo.figures for tempo in shown)
    won = [f"{wins} of {comparison.components}" for wins in (comparison.wins_a, comparison.wins_b)]
    rows = [
        ("", *(f"{tempo.bpm:g} bpm" for tempo in shown)),
        ("a runner can step to it", *(percent(tempo.probability) for tempo in shown)),
        ("variance within columns", f"{first.variance:.3f}", f"{second.variance:.3f}"),
        (
            f"correlation of beats (of {first.pairs})",
            f"{first.correlation:.1f}",
            f"{second.correlation:.1f}",
        ),
        ("components that repeat better", *won),
    ]
    beside = "  {:<33}{:>12}{:>12}"
    if width is not None and width < len(beside.format("", "", "")):
        beside = "  {}\n{:>16}{:>16}"  # the name above its figures
    table = [line for row in rows for line in beside.format(*row).split("\n") if line.strip()]
    return ["Evidence:", *table, verdict(comparison, [tempo.probability for tempo in shown])]


def verdict(comparison: TempoComparison, probabilities: list[float]) -> str:
    """The result of the test, as a sentence."""
    p = comparison.p_value
    said = f"p < {SMALLEST_P}" if p < SMALLEST_P else f"p = {p:.2g}"
    fast, slow = max(comparison.a, comparison.b), min(comparison.a, comparison.b)
    if comparison.multiple:
        return (
            f"{fast:g} is {round(fast / slow)} times {slow:g}: both may fit, and the slower always "
            f"looks better in this test ({said})."
        )
    if not comparison.significant:
        return f"The audio does not tell them apart ({said})."
    worse = comparison.b if comparison.better == comparison.a else comparison.a
    sentence = f"{comparison.better:g} is better supported than {worse:g} ({said})."
    neither = max(probabilities) < MIN_CONFIDENCE
    return f"{sentence} Neither is judged a pace." if neither else sentence


def shown_object(
    song: ShownSong, bundle: str, analysis: Analysis, evidence: Evidence | None
) -> dict[str, Any]:
    """The same as a JSON value, with "evidence" if two tempos were compared.

    "also" is there if other files have the same audio.
    """
    found: dict[str, Any] = {
        "path": str(song.path),
        "title": song.title,
        "artist": song.artist,
        "metre": analysis.metre,
        "duration": round(analysis.seconds, 3),
        "bundle": bundle,
        "paces": pace_objects(counting_paces(analysis.paces, song.listener)),
        "by": "network" if song.listener is None else "listener",
        "opinion": song.opinion,
        "judged": pace_objects(analysis.paces),
        "stability": None if analysis.stability is None else round(analysis.stability, 5),
        "tempo_segments": [round(bpm, 2) for bpm in analysis.tempo_segments],
        "intensity": None if analysis.intensity is None else round(analysis.intensity, 2),
        "candidates": [
            {"bpm": round(tempo.bpm, 2), "probability": round(tempo.confidence, 4)}
            for tempo in analysis.candidates
        ],
        **({"also": list(song.also)} if song.also else {}),
    }
    if evidence is not None and evidence.comparison is not None:
        found["evidence"] = _comparison_object(evidence.shown, evidence.comparison)
    return found


def _comparison_object(
    shown: tuple[ShownTempo, ...], comparison: TempoComparison
) -> dict[str, Any]:
    wins = (comparison.wins_a, comparison.wins_b)
    return {
        "tempos": [
            {
                "bpm": tempo.bpm,
                "probability": round(tempo.probability, 4),
                "variance": round(tempo.figures.variance, 4),
                "correlation": round(tempo.figures.correlation, 2),
                "wins": won,
            }
            for tempo, won in zip(shown, wins, strict=True)
        ],
        "components": comparison.components,
        "better": comparison.better,
        "p_value": comparison.p_value,
        "decided": comparison.decided,
        "multiple": comparison.multiple,
    }


def _stability(variation: float) -> str:
    """A sentence about the tempo's stability, from its coefficient of variation."""
    if variation < STEADY:
        return "The tempo is steady."
    return f"The tempo wanders by {variation:.1%}."
