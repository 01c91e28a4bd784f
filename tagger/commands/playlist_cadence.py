"""Choose the songs of `pacetag playlist --cadence N`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pacetag.tagger.commands.choice_options import checked_numbers, intensity_of, steps_of
from pacetag.tagger.commands.plan_options import given
from pacetag.tagger.commands.playlist_chooser import Found, Terms, intros_of
from pacetag.tagger.commands.playlist_request import LINES, Request

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.tagger.library.presence import Presence
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.sessions.pool_of_plan import Wishes

SHORTER = 1.3  # times a duration: songs that are stretched get shorter by a fifth at most


class CadenceChooser:
    """Chooses the best songs for one cadence, or those that add up to a duration."""

    target = None

    def __init__(self, request: Request) -> None:
        self._request = request
        self._asked = intensity_of(request.intensity)
        self._cadence = steps_of(given(request.cadence), strides=request.strides)
        self._share, self._seconds = checked_numbers(
            self._cadence, request.tolerance, request.min_confidence, request.duration
        )

    @property
    def is_bounded(self) -> bool:
        """Whether --limit or --duration was given."""
        return self._request.limit is not None or self._seconds is not None

    @property
    def cadences(self) -> Sequence[float]:
        """The cadence."""
        return (self._cadence,)

    @property
    def tolerances(self) -> Sequence[float]:
        """The tolerance."""
        return (self._share,)

    def choose(self, index: "SongIndex", terms: Terms) -> Found:
        """Choose the songs, and say what is missing."""
        from pacetag.tagger.library.presence import Presence
        from pacetag.tagger.logs.logger import info
        from pacetag.tagger.output.sessions import intro_lines, untimed_lines
        from pacetag.tagger.output.tables import absent_lines, too_short_lines, unmeasured_lines
        from pacetag.tagger.playlist.query import build_playlist

        request, presence, helping = self._request, Presence(), list[str]()
        exact, intros = terms.exact and request.limit is None, intros_of(index, request)
        found = build_playlist(
            index,
            self._cadence,
            tolerance=terms.tolerances[0],
            min_confidence=request.min_confidence,
            duration=self._to_read(exact=exact),
            limit=self._limit,
            presence=presence,
            where=request.where,
            listener=terms.listener,
            seed=request.seed,
            asked=self._asked,
        )
        if found.excluded:
            info("playlist", f"{found.excluded} that you excluded would have come")
        found = replace(found, wanted=self._seconds)
        if self._seconds is not None and request.limit is None:
            wishes = replace(self._wishes(terms), exact=exact, intros=intros)
            found, helping = self._in_time(index, found, wishes, presence)
        elif intros is not None:
            from pacetag.tagger.playlist.intros import without_intros

            found = without_intros(found, intros)
        said = *absent_lines(found), *too_short_lines(found), *helping, *untimed_lines(found)
        later = intro_lines([entry.begins for entry in found.entries])
        return Found(songs=found, lines=[*said, *unmeasured_lines(found), *later])

    def _to_read(self, *, exact: bool) -> float | None:
        """The duration; where songs may get shorter than that, one that leaves enough of them."""
        from pacetag.tagger.sessions.plan import LONGEST

        if self._seconds is None or not exact or self._seconds > LONGEST:
            return self._seconds
        return self._seconds * SHORTER

    @property
    def _limit(self) -> int | None:
        unbounded = not self.is_bounded and self._request.is_looked_at
        return LINES if unbounded else self._request.limit

    def _wishes(self, terms: Terms) -> "Wishes":
        from pacetag.tagger.sessions.pool_of_plan import Wishes

        return Wishes(
            tolerances=tuple(terms.tolerances),
            min_confidence=self._request.min_confidence,
            where=self._request.where,
            listener=terms.listener,
            seed=self._request.seed,
            cuts=False,
        )

    @staticmethod
    def _in_time(
        index: "SongIndex", found: "Playlist", wishes: "Wishes", presence: "Presence"
    ) -> "tuple[Playlist, list[str]]":
        """Fill the duration, and say what else would add songs."""
        from pacetag.tagger.output.sessions import remedy_line
        from pacetag.tagger.sessions.one_cadence import in_time, other_remedies

        found = in_time(index, found, wishes, presence)
        return found, [remedy_line(each) for each in other_remedies(index, found, wishes)]
