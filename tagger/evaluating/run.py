"""The songs of an evaluation set through the public call, as a scan would hear them."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue

from pacetag.model.bundle import STAGE0_NAME
from pacetag.model.caches import use_writable_caches
from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.report import Failure
from pacetag.model.evaluation.song_marks import HeardSong
from pacetag.model.extras import missing_modules
from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.evaluating.judges import JudgeName
from pacetag.tagger.evaluating.trial import try_judge
from pacetag.tagger.logs.logger import info
from pacetag.tagger.workers import pool as workers
from pacetag.tagger.workers.judging import AnalysisError, JudgeLike, JudgeRef, WorkerReply, hear
from pacetag.tagger.workers.protocol import Verdict
from pacetag.tagger.workers.timeouts import seconds_allowed


def judge_ref_of(judge: JudgeName) -> JudgeRef:
    """Return the judge of a name, for worker processes to load.

    Raises BundleError if it is damaged, MissingExtraError if the baseline lacks librosa.
    """
    if judge is JudgeName.STAGE0:
        return JudgeRef(bundle=STAGE0_NAME, factory="pacetag.model.evaluation.judges:load_stage0")
    if judge is JudgeName.FOLD:
        if missing_modules("evaluate"):
            raise MissingExtraError(f"--judge {judge}", "evaluate")
        use_writable_caches()
        return JudgeRef(
            bundle="fold", factory="pacetag.model.evaluation.octave_fold:OctaveFoldJudge"
        )
    return workers.shipped_judge()


def hear_songs(
    ref: JudgeRef, songs: Sequence[EvaluationSong], *, jobs: int, apart: bool = False
) -> Iterator[HeardSong | Failure]:
    """Judge the songs in their order, here or in `jobs` processes; `apart` never here.

    Raises ModelError or JudgeLoadError when no song can be judged at all.
    """
    try_judge(ref)
    if jobs == 1 and not apart:
        judge = ref.load()
        yield from (hear_song(judge, song) for song in songs)
        return
    yield from _in_processes(ref, songs, jobs=jobs)


def _in_processes(
    ref: JudgeRef, songs: Sequence[EvaluationSong], *, jobs: int
) -> Iterator[HeardSong | Failure]:
    """Judge the songs as a scan does: one that hangs or kills its worker fails alone."""
    replies: SimpleQueue[tuple[Path, Verdict]] = SimpleQueue()
    waiting: defaultdict[Path, deque[WorkerReply]] = defaultdict(deque)
    pool = workers.JudgePool[Path](
        ref, jobs=jobs, done=lambda path, reply: replies.put((path, reply))
    )
    try:
        for song in songs:
            pool.submit(song.path, limit=_limit(song.path))
        for song in songs:
            while not waiting[song.path]:
                path, reply = replies.get()
                if isinstance(reply, Exception):
                    raise reply
                if reply is not None:
                    waiting[path].append(reply)
            yield _heard(song, waiting[song.path].popleft())
    finally:  # also after Ctrl-C: nothing is written here, so no song is awaited
        pool.close()


def hear_song(judge: JudgeLike, song: EvaluationSong) -> HeardSong | Failure:
    """Judge one song; a bad file is a failure with its reason."""
    reply = hear(judge, song.path)
    for line in reply.noise:
        info("library", f"{song.path}: {line}")
    return _heard(song, reply)


def _heard(song: EvaluationSong, reply: WorkerReply) -> HeardSong | Failure:
    if isinstance(reply.result, AnalysisError):
        return Failure(song=song, reason=reply.result.reason, trace=reply.result.trace)
    return HeardSong(song=song, analysis=reply.result, seconds=reply.seconds)


def _limit(song: Path) -> float:
    try:
        return seconds_allowed(None, song.stat().st_size)
    except OSError:  # judging it says why
        return seconds_allowed(None, 0)
