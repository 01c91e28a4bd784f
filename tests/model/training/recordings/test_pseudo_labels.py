"""What a trained network may say of recordings that the consensus left open."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from pacetag.model.audio.samples import Sound
from pacetag.model.features.features import Features, extract_features
from pacetag.model.judge import Judge, Listening
from pacetag.model.judge_settings import JudgeSettings, ScheduleSettings
from pacetag.model.judgement import Analysis, Pace
from pacetag.model.spec import FeatureSpec
from pacetag.model.steps import heard_rounds
from pacetag.model.tempo.calibration import Calibration
from pacetag.model.tempo.candidates import song_candidates
from pacetag.model.training.recordings import pseudo_labels as relabelling
from pacetag.model.training.recordings.pseudo_labels import (
    Verdict,
    combined,
    heard_metre,
    judge_recording,
    main,
    network_tempos,
    open_kind,
    with_verdicts,
)
from pacetag.model.training.recordings.table import HeardWindow, Recording
from tests.conftest import ClickTrack

SPEC = FeatureSpec()
NOTHING = HeardWindow(tempo_cnn=None, network=())
SOMETHING = HeardWindow(tempo_cnn=120.0, network=())
HEADER = (
    "# a comment, with a comma\n"
    "package,path,seconds,class,tempo_bpm,tempo_cnn_a,degara_a,percival_a,rendered_net_a,"
    "tempo_cnn_b,degara_b,percival_b,rendered_net_b,labelled_by,paces,metre\n"
)


def hearing(*tempos: tuple[float, float]) -> tuple[Pace, ...]:
    return tuple(pace(bpm, p) for bpm, p in tempos)


def pace(bpm: float, probability: float) -> Pace:
    return Pace(bpm=bpm, confidence=probability)


def row(path: str = "song.ogg", kind: str = "unclear", **given: object) -> Recording:
    fields = {"package": "tunes", "path": path, "seconds": 120.0, "kind": kind, "tempo": None}
    return Recording(**{**fields, "heard": (SOMETHING, SOMETHING), **given})  # type: ignore[arg-type]


def test_hearings_that_agree_give_a_tempo_and_its_paces() -> None:
    whole = hearing((120.0, 0.99), (60.0, 0.97), (180.0, 0.01), (90.0, 0.3), (240.0, 0.6))
    first = hearing((119.0, 0.95), (60.5, 0.99), (181.0, 0.02), (240.0, 0.4))
    second = hearing((60.0, 0.92), (121.0, 0.93), (240.0, 0.7))

    verdict = combined([whole, first, second])

    # The most doubtful hearing counts; 90 and 240 are neither sure nor common to all.
    assert verdict == Verdict(
        kind="heard", tempo=120.0, paces=(pace(60.0, 0.92), pace(120.0, 0.93), pace(180.0, 0.02))
    )


def test_one_doubtful_window_leaves_a_recording_open() -> None:
    sure, doubtful = hearing((120.0, 0.99)), hearing((120.0, 0.89))

    assert combined([sure, sure, sure]) is not None
    assert combined([sure, doubtful, sure]) is None


def test_windows_of_two_families_leave_a_recording_open() -> None:
    slow, fast = hearing((100.0, 0.99)), hearing((110.0, 0.99))

    assert combined([slow, slow, fast]) is None
    assert combined([hearing((100.0, 0.99), (130.0, 0.6)), slow, slow]) is None


def test_thirds_and_halves_are_one_family_from_the_level_that_both_belong_to() -> None:
    compound = hearing((180.0, 0.99), (60.0, 0.98), (120.0, 0.95))

    verdict = combined([compound] * 3)

    assert verdict is not None
    assert verdict.tempo == 60.0  # of 120, nearer to a comfortable tempo, 180 is no relative


def test_nothing_likely_anywhere_is_no_beat() -> None:
    faint = hearing((120.0, 0.09))

    assert combined([faint, hearing(), faint]) == Verdict(kind="none")
    assert combined([faint, hearing((120.0, 0.1)), faint]) is None


@pytest.mark.parametrize(
    ("levels", "metre"),
    [((60, 120, 240), "duple"), ((60, 180), "triple"), ((120, 180), "triple"), ((90,), "")],
)
def test_the_metre_is_told_from_how_sure_paces_are_related(
    levels: Sequence[float], metre: str
) -> None:
    assert heard_metre([pace(bpm, 0.95) for bpm in levels] + [pace(300.0, 0.01)]) == metre


def test_a_row_is_short_where_the_consensus_had_one_window() -> None:
    assert open_kind(row(heard=(SOMETHING, NOTHING))) == "short"
    assert open_kind(row(heard=(NOTHING, SOMETHING))) == "unclear"


def test_the_file_keeps_its_comments_and_every_other_row() -> None:
    open_row = "tunes,a.ogg,99.0,unclear,,90.0,,,80.00@0.40,91.0,,,,consensus,,\n"
    other = '"b,c",a.ogg,99.0,beat,80.00,,,,,,,,,consensus,,\n'
    verdict = Verdict(kind="heard", tempo=90.123, paces=(pace(45.06, 0.91), pace(90.123, 0.9876)))

    text = with_verdicts(HEADER + open_row + other, {("tunes", "a.ogg"): verdict})

    labelled = "tunes,a.ogg,99.0,heard,90.12,90.0,,,80.00@0.40,91.0,,,,network,"
    assert text == HEADER + labelled + "45.06@0.910 90.12@0.988,\n" + other
    again = with_verdicts(text, {("tunes", "a.ogg"): Verdict(kind="unclear")})
    assert again == HEADER + open_row + other


class Scripted(Judge):
    """A judge without a network: halves and doubles of one tempo have a high logit."""

    def __init__(self, tempo: float) -> None:
        self.tempo = tempo
        self.spec, self.settings = SPEC, JudgeSettings()
        self.calibration = Calibration(slope=2.0, offset=0.0)
        self.seconds: list[list[float]] = []

    @property
    def name(self) -> str:
        return "scripted"

    def listen(self, sound: Sound, schedule: ScheduleSettings | None = None) -> Listening:
        (heard,) = heard_rounds(sound, SPEC, schedule or self.settings.schedule)
        judgement = Analysis(paces=(), duration=heard.duration)
        return Listening(judgement=judgement, features=heard.features)

    def tempo_logits(
        self, excerpts: Sequence[Features], bpms: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        self.seconds.append([f.mel.shape[1] / SPEC.frame_rate for f in excerpts])
        level = np.log2(bpms / self.tempo)
        return np.where(np.abs(level - np.round(level)) < 0.02, 3.0, -3.0)


def write(folder: Path, recording: Recording, samples: NDArray[np.float32]) -> None:
    target = folder / recording.file
    target.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(target, samples, SPEC.sample_rate, format="WAV")


def test_the_halves_of_a_short_recording_are_heard_apart(
    tmp_path: Path, click_track: ClickTrack
) -> None:
    song = row("short.wav", kind="short", seconds=24.0, heard=(SOMETHING, NOTHING))
    write(tmp_path, song, click_track(120.0, seconds=24.0))
    judge = Scripted(120.0)

    verdict = judge_recording(judge, song, tmp_path)

    assert verdict.kind == "heard"
    assert verdict.tempo == pytest.approx(120.0, rel=0.01)
    assert [sum(seconds) for seconds in judge.seconds] == pytest.approx([24, 12, 12], abs=0.1)


def test_the_network_is_taken_at_its_word_calibrated(click_track: ClickTrack) -> None:
    features = [extract_features(click_track(120.0), SPEC)]

    tempos = network_tempos(Scripted(120.0), features)

    assert {round(t.confidence, 4) for t in tempos} == {0.9975, 0.0025}  # of logits 6 and -6
    assert len(tempos) <= len(song_candidates([features[0].autocorrelation], SPEC))
    assert [t.confidence for t in tempos] == sorted((t.confidence for t in tempos), reverse=True)


def test_a_silent_window_or_a_broken_file_leaves_the_class_that_it_had(tmp_path: Path) -> None:
    silent = row("silent.wav", kind="short", seconds=24.0, heard=(SOMETHING, NOTHING))
    samples = np.zeros(24 * SPEC.sample_rate, np.float32)
    samples[: SPEC.sample_rate] = 0.5
    write(tmp_path, silent, samples)
    broken = row("broken.wav", seconds=24.0)
    (tmp_path / broken.file).write_bytes(b"no sound")

    assert judge_recording(Scripted(120.0), silent, tmp_path) == Verdict(kind="short")
    assert judge_recording(Scripted(120.0), broken, tmp_path) == Verdict(kind="unclear")


def test_the_command_relabels_open_rows_that_are_there_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        row("open.wav"),
        row("gone.wav"),
        row("known.wav", kind="beat", tempo=100.0),
        row("seen.wav", labelled_by="plot"),
        row("before.wav", kind="none", labelled_by="network"),
        row("quiet.wav", kind="none"),
    )
    labels = tmp_path / "labels.csv"
    labels.write_text(
        HEADER
        + "".join(
            f"tunes,{r.path},120.0,{r.kind},,120.0,,,,120.0,,,,{r.labelled_by},,\n" for r in rows
        )
    )
    for recording in rows:
        if recording.path != "gone.wav":
            write(tmp_path, recording, np.zeros(1_000, np.float32))
    monkeypatch.setattr(relabelling, "load_recordings", lambda: rows)
    monkeypatch.setattr(relabelling, "Judge", lambda _: Scripted(120.0))
    found = Verdict(kind="heard", tempo=90.0, paces=(pace(90.0, 0.95),))
    monkeypatch.setattr(relabelling, "judge_recording", lambda *_: found)

    assert main([str(tmp_path), "--labels", str(labels)]) == 0

    lines = [line for line in labels.read_text().splitlines() if not line.startswith("#")]
    said = {r["path"]: (r["class"], r["labelled_by"]) for r in csv.DictReader(lines)}
    assert said == {
        "open.wav": ("heard", "network"),
        "gone.wav": ("unclear", "consensus"),
        "known.wav": ("beat", "consensus"),
        "seen.wav": ("unclear", "plot"),
        "before.wav": ("heard", "network"),
        "quiet.wav": ("none", "consensus"),
    }
