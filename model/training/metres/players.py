"""The melodic players of a song: what each makes of its kind's patterns and the chords."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pacetag.model.training.metres.draw import MetrePlan, Section
from pacetag.model.training.metres.harmony import Harmony
from pacetag.model.training.metres.kinds import Kind, programs
from pacetag.model.training.metres.patterns import Pattern, Stroke

_LOW: Mapping[str, int] = {"bass": 31, "chords": 52, "arps": 52, "tunes": 62, "pads": 52}
_LOUDNESS: Mapping[str, tuple[float, float]] = {
    "bass": (75, 110), "chords": (55, 95), "arps": (60, 95), "tunes": (75, 112), "pads": (35, 60),
}  # fmt: skip
_GATE: Mapping[str, tuple[float, float]] = {  # share of the time until the next stroke
    "bass": (0.5, 0.95), "chords": (0.3, 0.95), "arps": (0.6, 1.0), "tunes": (0.5, 0.98),
    "pads": (0.95, 0.98),
}  # fmt: skip
_PRESENT: Mapping[str, float] = {"bass": 0.88, "chords": 0.88, "arps": 0.55, "tunes": 0.8}
_PADS = Pattern("x")
_PAD_SHARE = 0.25
_PHRASE = 4  # bars of a tune
_RESTING = 0.12  # share of a tune's strokes that are left out


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One note of a player."""

    bar: int  # of the section
    at: Fraction  # of the bar
    lasts: float  # of the bar
    key: int
    velocity: int


class Player:
    """Plays one role all through a song."""

    def __init__(self, role: str, program: int, patterns: Sequence[Pattern], plan: MetrePlan,
                 rng: random.Random) -> None:  # fmt: skip
        self.role, self.program = role, program
        self._rng, self._bars_a_chord = rng, plan.bars_a_chord
        self._harmony = Harmony(key=plan.key, minor=plan.minor)
        self._loudness, self._gate = rng.uniform(*_LOUDNESS[role]), rng.uniform(*_GATE[role])
        self._low = _LOW[role] + (rng.choice((0, 0, 12)) if role in ("arps", "tunes") else 0)
        # A tune is four bars of its kind's rhythms; other roles keep to a pattern for each theme.
        self._themes = [
            [_thinned(pattern, rng) if role == "tunes" else pattern for pattern in drawn]
            for drawn in (_drawn(role, patterns, rng), _drawn(role, patterns, rng))
        ]
        self._contours = [[rng.choice((-2, -1, -1, 0, 1, 1, 2)) for _ in range(97)] for _ in "ab"]

    def section(self, section: Section) -> Iterator[Sound]:
        """The notes of a section."""
        theme = self._themes[section.theme]
        step, turn = 4, 0
        for bar in range(section.bars):
            degree = int(section.walk[bar // self._bars_a_chord % len(section.walk)])
            if bar % _PHRASE == 0:
                step, turn = 4, 0  # a phrase comes back with the tune that it had
            for stroke in theme[bar % len(theme)].bar(bar):
                if self.role == "tunes":
                    contour = self._contours[section.theme]
                    step = min(11, max(-3, step + contour[turn % len(contour)]))
                    turn += 1
                    if stroke.at == 0:
                        step = self._harmony.nearest_chord_step(degree, step)
                    keys: Sequence[int] = (self._harmony.pitch(step, self._low),)
                else:
                    keys = self._keys(degree, stroke)
                yield from self._struck(bar, stroke, keys)

    def _keys(self, degree: int, stroke: Stroke) -> Sequence[int]:
        if self.role == "bass":
            return (self._harmony.bass(degree, stroke.mark, self._low),)
        if self.role == "arps":
            return (self._harmony.arpeggio(degree, stroke.mark, self._low - 5),)
        return self._harmony.chord(degree, self._low)

    def _struck(self, bar: int, stroke: Stroke, keys: Sequence[int]) -> Iterator[Sound]:
        heavy = 1.0 if stroke.at == 0 else stroke.loudness
        velocity = min(127, max(1, round(self._loudness * heavy)))
        for key in keys:
            yield Sound(bar=bar, at=stroke.at, lasts=float(stroke.lasts) * self._gate, key=key,
                        velocity=velocity)  # fmt: skip


def draw_players(kind: Kind, plan: MetrePlan, rng: random.Random) -> list[Player]:
    """Draw who plays: always a bass or drums, and something that fills the bar."""
    present = {role for role in kind.parts if rng.random() < _PRESENT[role]}
    if not present & {"chords", "arps"}:
        present.add("chords")
    if not plan.drums:
        present |= {"bass", "chords"}
    alone = rng.choice(kind.solo) if plan.solo else None
    players = [
        Player(role, rng.choice(kind.sounds[role]) if alone is None else alone,
               kind.parts[role], plan, rng)
        for role in kind.parts if role in present
    ]  # fmt: skip
    if alone is None and rng.random() < _PAD_SHARE:
        players.append(Player("pads", rng.choice(programs("strings pads")), [_PADS], plan, rng))
    return players


def playing(players: Sequence[Player], section: Section, drums: bool,
            rng: random.Random) -> Sequence[Player]:  # fmt: skip
    """Those who play in a section."""
    if section.density == "full":
        return players
    fillers = [player for player in players if player.role in ("chords", "arps")]
    others = [player for player in players if player.role in ("bass", "tunes", "pads")]
    kept = [rng.choice(fillers)]
    if section.density == "middle" or not drums:
        # Without drums the bass stays, or the beat would be gone.
        kept += [one for one in others if one.role == "bass" or rng.random() < 0.6]
    else:
        kept += [one for one in others if rng.random() < 0.4]
    return kept


def _drawn(role: str, patterns: Sequence[Pattern], rng: random.Random) -> list[Pattern]:
    if role != "tunes":
        return [rng.choice(patterns)]
    first, second, last = (rng.choice(patterns) for _ in range(3))
    return [first, second, first, last]


def _thinned(pattern: Pattern, rng: random.Random) -> Pattern:
    """A rhythm with a few of its strokes left out, never the first one."""
    text = [
        "." if mark == "x" and place and rng.random() < _RESTING else mark
        for place, mark in enumerate(pattern.text)
    ]
    return Pattern("".join(text))
