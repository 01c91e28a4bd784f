"""The songs of an evaluation set through the public call, as a scan would hear them."""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from pacetag.model.bundle import STAGE0_NAME
from pacetag.model.caches import use_writable_caches
from pacetag.model.evaluation.evaluation_set import EvaluationSong
from pacetag.model.evaluation.report import Failure
from pacetag.model.evaluation.song_marks import HeardSong
from pacetag.model.extras import missing_modules
from pacetag.tagger.cancellation import signals_held
from pacetag.tagger.errors import MissingExtraError
from pacetag.tagger.evaluating.judges import JudgeName
from pacetag.tagger.evaluating.trial import try_judge
from pacetag.tagger.logs.logger import info
from pacetag.tagger.workers import pool as workers
from pacetag.tagger.workers.judging import AnalysisError, JudgeLike, JudgeRef, hear, prepare
from pacetag.tagger.workers.process import DEATH

_CONTEXT = multiprocessing.get_context("spawn")
_JUDGES: dict[JudgeRef, JudgeLike] = {}  # of a worker: loading takes longer than judging a song


def ear_of(judge: JudgeName) -> JudgeRef:
    """Return the judge of a name, for worker processes to load.

    Raises BundleError if it is damaged, MissingExtraError if the baseline lacks librosa.
    """
    if judge is JudgeName.STAGE0:
        return JudgeRef(bundle=STAGE0_NAME, factory="pacetag.model.evaluation.judges:load_stage0")
    if judge is JudgeName.FOLD:
        if missing_modules("evaluate"):
            raise MissingExtraError(f"--judge {judge}", "evaluate")
        use_writable_caches()
        return JudgeRef(bundle="fold", factory="pacetag.model.evaluation.octave_fold:FoldJudge")
    return workers.shipped_judge()


def hear_songs(
    ear: JudgeRef, songs: Sequence[EvaluationSong], *, jobs: int, apart: bool = False
) -> Iterator[HeardSong | Failure]:
    """Judge the songs in their order, here or in `jobs` processes; `apart` never here.

    Raises ModelError or JudgeLoadError when no song can be judged at all.
    """
    try_judge(ear)
    if jobs == 1 and not apart:
        judge = ear.load()
        yield from (hear_song(judge, song) for song in songs)
        return
    pool = _pool(jobs)
    try:
        with signals_held():  # submitting is what starts the processes
            futures = [_submit(pool, ear, song) for song in songs]
        for song, future in zip(songs, futures, strict=True):
            try:
                yield future.result()
            except BrokenProcessPool:  # nobody can say which song ended the worker
                yield _alone(ear, song)
    except BaseException:  # Ctrl-C among them: nothing is written here, so nothing is waited for
        for child in multiprocessing.active_children():
            child.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def hear_song(judge: JudgeLike, song: EvaluationSong) -> HeardSong | Failure:
    """Judge one song; a bad file is a failure with its reason."""
    began = time.perf_counter()
    reply = hear(judge, song.path)
    seconds = time.perf_counter() - began
    for line in reply.noise:
        info("library", f"{song.path}: {line}")
    if isinstance(reply.result, AnalysisError):
        return Failure(song=song, reason=reply.result.reason, trace=reply.result.trace)
    return HeardSong(song=song, analysis=reply.result, seconds=seconds)


def _hear_in_worker(ear: JudgeRef, song: EvaluationSong) -> HeardSong | Failure:
    if ear not in _JUDGES:
        _JUDGES[ear] = ear.load()
    return hear_song(_JUDGES[ear], song)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=_CONTEXT, initializer=prepare)


def _submit(
    pool: ProcessPoolExecutor, ear: JudgeRef, song: EvaluationSong
) -> "Future[HeardSong | Failure]":
    try:
        return pool.submit(_hear_in_worker, ear, song)
    except BrokenProcessPool as error:  # a worker died before all songs were handed out
        lost: Future[HeardSong | Failure] = Future()
        lost.set_exception(error)
        return lost


def _alone(ear: JudgeRef, song: EvaluationSong) -> HeardSong | Failure:
    """Judge a song in a process of its own, so that only one that kills it is given up."""
    pool = _pool(1)
    try:
        return _submit(pool, ear, song).result()
    except BrokenProcessPool:
        return Failure(song=song, reason=DEATH)
    finally:
        pool.shutdown(cancel_futures=True)
