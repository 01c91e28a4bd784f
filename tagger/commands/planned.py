"""`pacetag playlist` for a plan or a training: the run, its table, its file or JSON."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pacetag.tagger.settings import index_path

if TYPE_CHECKING:
    from pacetag.db.index import SongIndex
    from pacetag.db.records import Condition
    from pacetag.tagger.commands.stretch_options import Carried, StretchWish
    from pacetag.tagger.library.presence import Presence
    from pacetag.tagger.playlist.entries import Playlist
    from pacetag.tagger.playlist.paths import PathStyle
    from pacetag.tagger.sessions.plan import Plan
    from pacetag.tagger.sessions.pool_of_plan import Wishes
    from pacetag.tagger.sessions.session import Session


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was typed, and what stands for it in the settings."""

    name: str | None  # of a training
    plan: str | None
    tolerance: str
    tolerance_is_typed: bool
    min_confidence: float
    where: "Condition"
    rest: int  # playlists that songs rest for
    seed: int | None
    stretch: "StretchWish"
    output: Path | None
    overwrite: bool
    dry_run: bool
    index: Path | None
    as_json: bool
    excluded: dict[str, Any]  # options that a plan excludes, and their values


def run_plan(asked: Asked, style_of: Any) -> None:
    """Fill a plan and show or write the run. `style_of` gives the path style of an output.

    Raises UsageError.
    """
    from pacetag.tagger.commands.choice_options import listener_for, note_written
    from pacetag.tagger.commands.playlist_output import place_of
    from pacetag.tagger.commands.stretch_options import stretching_of
    from pacetag.tagger.index.opening import read_index
    from pacetag.tagger.library.presence import Presence
    from pacetag.tagger.sessions.building import build_session
    from pacetag.tagger.sessions.diagnosis import session_remedies
    from pacetag.tagger.terminal.standard_output import descriptor_of

    _check(asked)
    plan, wishes, target = _wanted(asked)
    output = asked.output or target
    style, usual = style_of(output), wishes.tolerances
    if (stretching := stretching_of(asked.stretch, output, dry_run=asked.dry_run)) is not None:
        pairs = zip(usual, plan.blocks, strict=True)
        widened = tuple(stretching.widened(share, block.lowest) for share, block in pairs)
        wishes = replace(wishes, tolerances=widened)
    index_file = index_path(asked.index)
    with read_index(index_file) as songs:
        place = output and place_of(output, songs, index_file, overwrite=asked.overwrite)
        listener = listener_for(songs, rest=asked.rest, repeat=False, output=output, bounded=True)
        wishes = replace(wishes, listener=listener)
        found = build_session(songs, plan, wishes, Presence())
        helping = list(session_remedies(songs, found, wishes))
        _say_what_is_missing(found, helping)
        carried = None if stretching is None else stretching.carry_out(found, usual)
        if carried is not None:
            found = carried.stretched.chosen
        if place is not None and found.entries and not asked.dry_run:
            _write(found, place, style, carried)
            if output is not None and descriptor_of(output) is None:
                note_written(songs, index_file, found, output)
    _show(found, output, asked, carried)
    if carried is not None:
        carried.end()


def _check(asked: Asked) -> None:
    """Raise UsageError for options that do not go together."""
    from pacetag.tagger.errors import UsageError

    by = "--plan" if asked.plan is not None else f"the training `{asked.name}`"
    if asked.plan is not None and asked.name is not None:
        raise UsageError("--plan excludes the name of a training")
    given = [option for option, value in asked.excluded.items() if value is not None]
    if given:
        raise UsageError(f"{by} excludes {' and '.join(given)}: blocks have their own")
    if not 0 <= asked.min_confidence <= 1:
        raise UsageError(f"--min-confidence must be from 0 to 1, not {asked.min_confidence:g}")


def _wanted(asked: Asked) -> "tuple[Plan, Wishes, Path | None]":
    """The plan, what is asked for besides, and the file that a training names."""
    from pacetag.tagger.commands.training import end_with, plan_named
    from pacetag.tagger.config.file import read_config
    from pacetag.tagger.sessions.grammar import parse_plan
    from pacetag.tagger.sessions.plan_errors import PlanError
    from pacetag.tagger.sessions.pool_of_plan import Wishes
    from pacetag.tagger.sessions.trainings import Training, trainings_of

    known, training = trainings_of(read_config().values), Training(name="")
    if asked.name is not None:
        plan = plan_named(known, asked.name)
        training = known.by_name[asked.name]
    else:
        try:
            plan = parse_plan(asked.plan or "", known.texts)
        except PlanError as error:
            end_with(error, "--plan")
    tolerance = asked.tolerance
    if training.tolerance is not None and not asked.tolerance_is_typed:
        tolerance = training.tolerance
    wishes = Wishes(
        tolerances=_tolerances(plan, tolerance),
        min_confidence=asked.min_confidence,
        where=_both(asked.where, training.query),
        seed=asked.seed,
    )
    return plan, wishes, training.target


def _both(where: "Condition", query: str | None) -> "Condition":
    """A condition that both the filters that were typed and the query of a training set."""
    from pacetag.db.records import EVERY_SONG, Condition
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.filters.query import parse_query

    if query is None:
        return where
    own = parse_query(query, "query")
    if where is EVERY_SONG:
        return own
    if own.values.keys() & where.values.keys():
        raise UsageError("this training has a query of its own: type no filters with it")
    return Condition(sql=f"({where.sql}) AND ({own.sql})", values={**where.values, **own.values})


def _tolerances(plan: "Plan", text: str) -> tuple[float, ...]:
    """The tolerance of each block. Raises UsageError."""
    from pacetag.tagger.errors import UsageError
    from pacetag.tagger.playlist.tolerance import parse_tolerance

    try:
        return tuple(parse_tolerance(text, block.lowest) for block in plan.blocks)
    except ValueError as error:
        sign = " " if str(error).startswith("must") else ": "
        raise UsageError(f"--tolerance{sign}{error}") from error


def _write(
    found: "Session", place: Any, style: "PathStyle | None", carried: "Carried | None"
) -> None:
    from pacetag.tagger.output.sessions import session_listing
    from pacetag.tagger.playlist.writing import write_listing

    listing = session_listing(found) if carried is None else carried.stretched.listing()
    write_listing(listing, place, None if style is None else style.line)


def _say_what_is_missing(found: "Session", helping: list[Any]) -> None:
    from pacetag.tagger.output.sessions import gone_lines, remedy_lines, session_lines
    from pacetag.tagger.terminal.say import say

    for line in (*gone_lines(found), *session_lines(found), *remedy_lines(helping)):
        say(line, sys.stderr)


def _show(
    found: "Session", output: Path | None, asked: Asked, carried: "Carried | None" = None
) -> None:
    from pacetag.tagger.output.sessions import session_object, session_table, session_total
    from pacetag.tagger.terminal.say import say
    from pacetag.tagger.terminal.standard_output import is_stdout
    from pacetag.tagger.terminal.standard_streams import results_on_stderr

    stream = results_on_stderr() if is_stdout(output) and not asked.dry_run else sys.stdout
    if asked.as_json:
        from pacetag.tagger.output.json_lines import say_json

        value = session_object(found) if carried is None else carried.stretched.value()
        say_json(value, stream)
        return
    if output is None or asked.dry_run:
        session_table(found)
    named = f"{output}: " if output is not None and stream is sys.stdout else ""
    would = "would be written: " if named and asked.dry_run else ""
    listed = found if carried is None else carried.stretched.listed
    say(f"{named}{would}{session_total(listed)}", stream)


def in_time(
    index: "SongIndex", found: "Playlist", wishes: "Wishes", presence: "Presence"
) -> "Playlist":
    """Return a playlist for one cadence whose songs add up to its duration, in a good order.

    Where all that fits lasts less, all of it stays, those of unknown length last.
    """
    from pacetag.db.records import Opinion
    from pacetag.tagger.playlist.entries import PlaylistEntry
    from pacetag.tagger.playlist.ranking import worth
    from pacetag.tagger.sessions.building import build_session
    from pacetag.tagger.sessions.plan import LONGEST, Block, Plan

    if not found.entries or not found.wanted or found.wanted > LONGEST:
        return found
    block = Block(seconds=found.wanted, first=found.cadence, last=found.cadence)
    session = build_session(index, Plan(blocks=(block,)), wishes, presence)
    entries = [
        PlaylistEntry(
            song=one.song,
            pace=one.pace,
            deviation=one.deviation,
            opinion=Opinion.LOVED if one.loved else None,
            ago=one.ago,
        )
        for one in session.entries
    ]
    if found.is_short:
        taken = {entry.song.path for entry in entries}
        entries += [entry for entry in found.entries if entry.song.path not in taken]
    best = sorted(entries, key=lambda entry: -worth(entry, found.tolerance))
    ranks = {entry.song.path: rank for rank, entry in enumerate(best)}
    entries = [replace(entry, rank=ranks[entry.song.path]) for entry in entries]
    total = sum(entry.song.duration or 0.0 for entry in entries)
    timed = not found.is_short
    return replace(found, entries=tuple(entries), total=total, timed=timed) if entries else found


def help_lines(index: "SongIndex", found: "Playlist", wishes: "Wishes") -> list[str]:
    """What besides the tolerance would add songs to a playlist that is too short."""
    from pacetag.tagger.output.sessions import remedy_line
    from pacetag.tagger.sessions.diagnosis import remedies
    from pacetag.tagger.sessions.plan import Block

    if not found.is_short or found.gone or found.silent:
        return []
    block = Block(seconds=found.wanted or 1.0, first=found.cadence, last=found.cadence)
    added = remedies(index, [block], wishes)
    return [remedy_line(each) for each in added if not each.option.startswith("--tolerance")]
