"""Choose the songs of `pacetag playlist` for a plan, a recorded run or a training."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pacetag.tagger.commands.playlist_chooser import Found, Terms, intros_of
from pacetag.tagger.commands.playlist_request import Request
from pacetag.tagger.errors import UsageError

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.db.records import Condition
    from pacetag.tagger.sessions.plan import Plan
    from pacetag.tagger.sessions.pool_of_plan import Wishes


class PlanChooser:
    """Chooses songs that fill the blocks of a plan."""

    is_bounded = True

    def __init__(self, request: Request) -> None:
        _check(request)
        self._request = request
        self._plan, self._wishes, self._target = _wanted(request)

    @property
    def target(self) -> Path | None:
        """The file that the training names."""
        return self._target

    @property
    def cadences(self) -> Sequence[float]:
        """The lowest cadence of each block."""
        return [block.lowest for block in self._plan.blocks]

    @property
    def tolerances(self) -> Sequence[float]:
        """The tolerance of each block."""
        return self._wishes.tolerances

    def choose(self, index: "SongIndex", terms: Terms) -> Found:
        """Choose the songs, and say which blocks are not met."""
        from pacetag.tagger.library.presence import Presence
        from pacetag.tagger.output.sessions import gone_lines, remedy_lines, session_lines
        from pacetag.tagger.sessions.building import build_session
        from pacetag.tagger.sessions.diagnosis import session_remedies

        wishes = replace(
            self._wishes,
            tolerances=tuple(terms.tolerances),
            listener=terms.listener,
            exact=terms.exact,
            intros=intros_of(index, self._request),
        )
        found = build_session(index, self._plan, wishes, Presence())
        helping = list(session_remedies(index, found, wishes))
        said = *gone_lines(found), *session_lines(found), *remedy_lines(helping)
        return Found(songs=found, lines=list(said))


def _check(request: Request) -> None:
    """Raise UsageError for options that do not go together."""
    if request.plan is not None and request.name is not None:
        raise UsageError("--plan excludes the name of a training")
    by = "--plan" if request.plan is not None else f"the training `{request.name}`"
    excluded = {
        "--cadence": request.cadence,
        "--duration": request.duration,
        "--limit": request.limit,
        "--strides": request.strides,
        "--intensity": request.intensity,
    }
    typed = [option for option, value in excluded.items() if value is not None]
    if typed:
        raise UsageError(f"{by} excludes {' and '.join(typed)}: blocks have their own")
    if not 0 <= request.min_confidence <= 1:
        raise UsageError(f"--min-confidence must be from 0 to 1, not {request.min_confidence:g}")


def _wanted(request: Request) -> "tuple[Plan, Wishes, Path | None]":
    """The plan, what is asked for besides, and the file that a training names."""
    from pacetag.tagger.commands.training import end_with, plan_named
    from pacetag.tagger.config.file import read_config
    from pacetag.tagger.sessions.grammar import parse_plan
    from pacetag.tagger.sessions.plan_errors import PlanError
    from pacetag.tagger.sessions.pool_of_plan import Wishes
    from pacetag.tagger.sessions.trainings import Training, trainings_of

    known, training = trainings_of(read_config().values), Training(name="")
    if request.name is not None:
        plan = plan_named(known, request.name)
        training = known.by_name[request.name]
    else:
        try:
            plan = parse_plan(request.plan or "", known.texts)
        except PlanError as error:
            end_with(error, "--plan")
    tolerance = request.tolerance
    if training.tolerance is not None and not request.tolerance_is_typed:
        tolerance = training.tolerance
    wishes = Wishes(
        tolerances=_tolerances(plan, tolerance),
        min_confidence=request.min_confidence,
        where=_both(request.where, training.query),
        seed=request.seed,
    )
    return plan, wishes, training.target


def _both(where: "Condition", query: str | None) -> "Condition":
    """A condition that both the filters that were typed and the query of a training set."""
    from pacetag.db.records import EVERY_SONG, Condition
    from pacetag.tagger.filters.query import parse_query

    if query is None:
        return where
    own = replace(parse_query(query, "query"), options=("the query of the training",))
    if where is EVERY_SONG:
        return own
    if own.values.keys() & where.values.keys():
        raise UsageError("this training has a query of its own: type no filters with it")
    return Condition(
        sql=f"({where.sql}) AND ({own.sql})",
        values={**where.values, **own.values},
        options=(*where.options, *own.options),
    )


def _tolerances(plan: "Plan", text: str) -> tuple[float, ...]:
    """The tolerance of each block. Raises UsageError."""
    from pacetag.tagger.playlist.tolerance import parse_tolerance

    try:
        return tuple(parse_tolerance(text, block.lowest) for block in plan.blocks)
    except ValueError as error:
        sign = " " if str(error).startswith("must") else ": "
        raise UsageError(f"--tolerance{sign}{error}") from error
