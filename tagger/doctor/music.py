"""Folders with music: whether they are there, may be written, and can be watched."""

import errno
import os
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pacetag.db.mounts import remote_kind
from pacetag.tagger.doctor.results import CheckResult, fault, ok, parted, warning
from pacetag.tagger.doctor.subject import LONGEST_WALK, Subject, Survey
from pacetag.tagger.service.state import watch_limit, watches_in_use
from pacetag.tagger.tags.safety.temp_files import is_stale
from pacetag.tagger.tags.writable import forbidden, is_own
from pacetag.tagger.text.formatting import counted
from pacetag.tagger.watch.folders import why_unwatched
from pacetag.tagger.watch.inotify import Inotify

AREA, WATCHES = "music", "watches"
SAMPLE = 500  # songs below a folder whose rights are looked at
NEARLY = 0.9  # share of the system's watches, from which more are advised


def music(subject: Subject) -> Iterator[CheckResult]:
    """Yield whether each folder with music is there, and whether its songs may be written."""
    if not subject.roots:
        yield ok(
            AREA,
            "no folder is named, so no rights were looked at",
            advice="pacetag doctor FOLDER, or `roots` in [watch] of the file of settings",
        )
    for root in subject.silent:
        yield fault(AREA, f"{root}: its disk does not answer", advice="mount it again")
    for root in subject.roots:
        if root not in subject.silent and not root.is_dir():
            yield _absence(root)
    for survey in subject.surveys:
        yield from _surveyed(survey)


def _absence(root: Path) -> CheckResult:
    what = "is not a folder" if os.path.lexists(root) else "there is no such folder"
    return fault(AREA, f"{root}: {what}", advice="mount its disk, or name another folder")


def _surveyed(survey: Survey) -> Iterator[CheckResult]:
    root, songs = survey.root, survey.walked.songs
    refusals = _refusals(survey)
    looked_at = min(len(songs), SAMPLE)
    least = "" if survey.whole else f"at least (after {LONGEST_WALK:.0f} s) "
    found, folders = counted(len(songs), "song"), counted(survey.folders, "folder")
    told = f"{root}: {least}{found} in {folders}"
    if not refusals and not survey.closed:
        how = "may be tagged" if looked_at == len(songs) else f"({looked_at} tried) may be tagged"
        told += f", and all {how}" if songs else ""
    yield ok(AREA, told, figure=len(songs), unit="songs")
    for reason, count in refusals.items():
        what, advice = _parted_reason(reason)
        yield warning(
            AREA,
            f"{root}: of {looked_at} songs {count} may not be tagged: {what}",
            figure=count,
            unit="songs",
            advice=advice,
        )
    if survey.closed and "its disk is mounted read-only" not in refusals:
        yield warning(
            AREA,
            f"{root}: no file can be made in {counted(len(survey.closed), 'folder')}, such as "
            f"{survey.closed[0]}, so songs without room for tags stay untagged there",
            figure=len(survey.closed),
            unit="folders",
            advice="give yourself the right to write there (`chmod u+w`), or become their owner",
        )
    yield from _unread(survey)


def _unread(survey: Survey) -> Iterator[CheckResult]:
    """What the walk could not read, and what writes that broke off have left."""
    refused, stalled = survey.walked.refused, survey.walked.stalled if survey.whole else ()
    for place, reason in refused[:1]:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        yield warning(
            AREA,
            f"{place}: {reason}{more}",
            figure=len(refused),
            unit="places",
            advice="give yourself the right to read it; what lies there is not scanned",
        )
    for place in stalled[:1]:
        yield fault(AREA, f"{place}: its disk does not answer", advice="mount it again")
    left = [path for path in survey.walked.leftovers if is_stale(path)]
    if left:
        yield warning(
            AREA,
            f"{left[0]}: left by a write that broke off, one of {len(left)}",
            figure=len(left),
            unit="files",
            advice=shlex.join(["pacetag", "scan", str(survey.root)]),
        )


def _refusals(survey: Survey) -> Counter[str]:
    """How many songs of a sample cannot be tagged, by reason."""
    songs = survey.walked.songs
    found = Counter[str]()
    for song in songs[:: max(1, -(-len(songs) // SAMPLE))]:
        with suppress(OSError):  # it has gone meanwhile
            if (reason := forbidden(song) or _of_another_user(song)) is not None:
                found[reason] += 1
    return found


def _of_another_user(song: Path) -> str | None:
    """Why a song that may be written cannot be replaced; None if it can. Raises OSError."""
    if is_own(song.stat()):
        return None
    return "it belongs to another user, so it must have room for tags (`chown` makes it yours)"


def _parted_reason(reason: str) -> tuple[str, str]:
    """A reason of `forbidden` without its remedy, and the remedy."""
    what, there, remedy = reason.partition(" (")
    if there:
        return what, remedy.rstrip(")")
    return reason, "mount it for writing; `pacetag scan --no-tags` fills the index alone"


def watches(subject: Subject) -> Iterator[CheckResult]:
    """Yield whether the system can report changes in all folders."""
    try:
        _try_watching(subject)
    except OSError as error:
        if error.errno == errno.ENOSYS:  # not Linux; another library watches there
            yield ok(WATCHES, "this system has no inotify; changes are found by watchdog")
            return
        what, advice = parted(why_unwatched("", error), "`pacetag watch` polls instead")
        yield warning(WATCHES, what, advice=advice)
        return
    polled = list[Survey]()
    for survey in subject.surveys:
        kind = remote_kind(survey.root)
        if kind is not None:
            polled.append(survey)
            yield warning(
                WATCHES,
                f"{survey.root}: lies on {kind}, where changes may go unreported",
                advice="it is looked through every minute or so; run `pacetag watch` on the "
                "machine that has the disk to be told at once",
            )
    yield from _limits(sum(each.folders for each in subject.surveys if each not in polled))


def _try_watching(subject: Subject) -> None:
    """Watch each root for a moment. Raises OSError where the system refuses."""
    kernel = Inotify()
    try:
        for survey in subject.surveys:
            kernel.watch(os.fspath(survey.root))
    finally:
        kernel.close()


def _limits(folders: int) -> Iterator[CheckResult]:
    limit, used = watch_limit(), watches_in_use(every=True)
    if limit is None:
        yield ok(WATCHES, "the system tells of no limit of watches")
        return
    known = f", and {used} are in use" if used is not None else ""
    what = f"{counted(folders, 'folder')} to watch; you may watch {limit}{known}"
    if folders + (used or 0) <= limit * NEARLY:
        yield ok(WATCHES, what, figure=limit, unit="watches")
        return
    advice = f"sudo sysctl fs.inotify.max_user_watches={max(1 << 20, 4 * folders)}"
    yield warning(WATCHES, what, figure=limit, unit="watches", advice=advice)
