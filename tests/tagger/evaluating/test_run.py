"""`pacetag evaluate`: figures as tables and JSON, bad files, bad sets, the plot, the judges."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread

from pacetag.model.extras import install_command
from pacetag.tagger.workers import pool, timeouts
from pacetag.tagger.workers.judging import JudgeRef
from pacetag.tagger.workers.process import cause_of_death
from pacetag.tagger.workers.timeouts import gave_up
from tests.conftest import ClickTrack

Run = Callable[..., Any]
WriteSet = Callable[..., Path]

GROUP = {
    *("songs", "with_a_beat", "beatless", "cases", "claims"),
    *("accuracy", "balanced_accuracy", "auc", "calibration_error", "sets", "top_in_family"),
    *("with_a_pace", "right_pace", "octave_errors", "triple_errors", "unrelated_errors"),
    *("accuracy_1", "accuracy_2", "p_score", "oe1", "oe2", "aoe1", "aoe2", "estimates"),
    "false_paces",
}


@pytest.fixture
def write_set(tmp_path: Path) -> WriteSet:
    """Write a set of songs that the fake judge knows by their names."""

    def write(*rows: str, header: str = "file,paces,style") -> Path:
        path = tmp_path / "set.csv"
        path.write_text("\n".join((header, *rows)) + "\n")
        return path

    return write


@pytest.fixture
def good_set(write_set: WriteSet) -> Path:
    """One song right, one an octave off, one without a beat that is given a pace."""
    return write_set(
        "172.34-86.2.mp3,172 86,rock",
        "240 wrong.mp3,120,rock",
        "beatless.mp3,none,ambient",
        "95 noise.mp3,none,ambient",
    )


def in_json(pacetag: Run, *arguments: str | Path) -> Any:
    return json.loads(pacetag("evaluate", "--json", "--jobs", "1", *arguments).stdout)


def test_tables_show_the_figures_their_intervals_and_the_groups(
    pacetag: Run, good_set: Path
) -> None:
    done = pacetag("evaluate", good_set, "--jobs", "1")

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    rows = {line.strip()[:44].strip(): line.split() for line in lines}
    assert done.stdout.startswith("4 songs judged by current (fake-1) in 0:0")
    assert "0.500" in rows["set F1, 80-210 ±4%"]
    assert "1.000" in rows["most confident pace in the metrical family"]
    assert "0.000" in rows["Accuracy 1 of that pace"]  # of 86 and 172 the first is nearer to 120
    assert "1.000" in rows["Accuracy 2"]
    assert "+1.001" in rows["OE1, octaves"]
    assert "0.333" in rows["octave errors (2, 4, 1/2, 1/4)"]
    assert "0.500" in rows["false paces"]
    assert {"ambient", "rock", "110-140"} <= {line[2:].partition(" ")[0] for line in lines}
    assert "0.9 to 1.0" in done.stdout


def test_json_is_one_object_with_every_figure_and_song(pacetag: Run, good_set: Path) -> None:
    found = in_json(pacetag, good_set)

    assert set(found) == {
        *("set", "judge", "bundle", "songs", "failed", "seconds", "bootstrap", "overall"),
        *("by_style", "by_metre", "by_tempo", "reliability", "rows"),
    }
    assert (found["judge"], found["bundle"], found["songs"]) == ("current", "fake-1", 4)
    assert found["bootstrap"] == {"resamples": 1000, "seed": 1, "level": 0.95}
    assert set(found["overall"]) == GROUP
    assert set(found["overall"]["auc"]) == {"value", "low", "high"}
    assert found["overall"]["octave_errors"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    first = found["overall"]["sets"][0]
    assert (first["low"], first["high"], first["tolerance"]) == (80, 210, 0.04)
    assert first["f1"]["value"] == 0.5
    assert list(found["by_style"]) == ["ambient", "rock"]
    assert found["by_style"]["ambient"]["false_paces"]["value"] == 0.5
    assert sum(row["cases"] for row in found["reliability"]) == found["overall"]["cases"]
    assert found["rows"][1] == {
        "file": "240 wrong.mp3",
        "style": "rock",
        "artist": "",
        "beats_per_bar": None,
        "band": "110-140",
        "right": [120.0],
        "unclear": [20.0, 40.0, 360.0, 720.0],
        "remarks": "",
        "duration": 180.0,
        "seconds": found["rows"][1]["seconds"],
        "claimed": [{"bpm": 240.0, "confidence": 0.98, "verdict": "wrong", "error": "octave"}],
        "candidates": [
            {"bpm": 240.0, "probability": 0.98, "verdict": "wrong"},
            {"bpm": 133.0, "probability": 0.1, "verdict": "wrong"},
        ],
        "top_in_family": True,
        **{"accuracy_1": False, "accuracy_2": True, "p_score": 0.0, "oe1": 1.0, "oe2": 0.0},
        "error": None,
    }
    assert found["rows"][3]["claimed"][0]["verdict"] == "wrong"
    assert found["rows"][3]["claimed"][0]["error"] is None  # nothing to be an octave of
    assert found["rows"][3]["top_in_family"] is found["rows"][3]["oe1"] is None


def test_a_tempo_with_a_metre_leaves_its_levels_open(pacetag: Run, write_set: WriteSet) -> None:
    waltz, march = "180-90.mp3,180,3", "170-85.mp3,170,4"
    path = write_set(waltz, march, header="file,tempo,beats_per_bar")

    found = in_json(pacetag, path)

    assert found["by_metre"]["3"]["octave_errors"]["value"] == 0.5
    assert found["by_metre"]["4"]["octave_errors"]["value"] == 0.0
    assert [c["verdict"] for c in found["rows"][1]["claimed"]] == ["right", "unclear"]


def test_each_bad_file_is_reported_in_one_sentence_and_the_others_are_judged(
    pacetag: Run, write_set: WriteSet, tmp_path: Path
) -> None:
    path = write_set("broken.mp3,100,", "120.mp3,120,", "short.mp3,100,", "buggy.mp3,100,")

    done = pacetag("evaluate", path, "--json", "--jobs", "1")

    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"pacetag: {tmp_path}/broken.mp3: cannot decode audio: it is not audio",
        f"pacetag: {tmp_path}/short.mp3: 3.0 s long; at least 12 s are needed",
        f"pacetag: {tmp_path}/buggy.mp3: judging broke off (ZeroDivisionError: division by zero)",
    ]
    found = json.loads(done.stdout)
    assert (found["songs"], found["failed"]) == (1, 3)
    assert found["rows"][1]["error"] == "cannot decode audio: it is not audio"


@pytest.mark.parametrize("output", [[], ["--json"]], ids=["tables", "json"])
def test_a_set_without_a_decodable_song_still_ends_in_order(
    output: list[str], pacetag: Run, write_set: WriteSet
) -> None:
    done = pacetag("evaluate", write_set("broken.mp3,100,"), "--jobs", "1", *output)

    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert done.exception is None or isinstance(done.exception, SystemExit)


def test_files_lie_beside_the_set_or_below_the_music_folder_or_where_they_say(
    pacetag: Run, write_set: WriteSet, tmp_path: Path, judged: Callable[[], list[str]]
) -> None:
    path = write_set("a/120 broken.mp3,120,", "/far/130 broken.mp3,130,")
    (tmp_path / "music").mkdir()

    beside = pacetag("evaluate", path, "--jobs", "1").stderr
    below = pacetag("evaluate", path, "--jobs", "1", "--music", tmp_path / "music").stderr

    assert f"pacetag: {tmp_path}/a/120 broken.mp3: " in beside
    assert f"pacetag: {tmp_path}/music/a/120 broken.mp3: " in below
    assert "pacetag: /far/130 broken.mp3: " in beside
    assert "pacetag: /far/130 broken.mp3: " in below


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["120.mp3,12x,"], "line 2: `paces` holds '12x'"),
        (["120.mp3,120,", "120.mp3,60,"], "line 3: 120.mp3 stands in line 2 already"),
    ],
)
def test_a_bad_set_is_a_usage_error_with_the_line(
    rows: list[str], said: str, pacetag: Run, write_set: WriteSet
) -> None:
    path = write_set(*rows)

    done = pacetag("evaluate", path)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pacetag: {path}, {said}")


def test_a_table_that_is_none_and_one_that_is_not_there_are_usage_errors(
    pacetag: Run, write_set: WriteSet, tmp_path: Path
) -> None:
    nonsense = pacetag("evaluate", write_set("1,2", header="x,y"))
    nowhere = pacetag("evaluate", tmp_path / "nowhere.csv")
    no_folder = pacetag("evaluate", write_set("120.mp3,120,"), "--music", tmp_path / "nowhere")

    assert (nonsense.exit_code, nowhere.exit_code, no_folder.exit_code) == (2, 2, 2)
    assert "nowhere.csv: cannot be read (No such file or directory)" in nowhere.stderr
    assert "is no folder" in no_folder.stderr


def test_labels_in_the_form_of_2019_are_a_set_too(
    pacetag: Run, write_set: WriteSet, tmp_path: Path
) -> None:
    (tmp_path / "172-86.mp3").write_bytes(b"sound")
    path = write_set("172-86.mp3,172,86,", "Lost,120,,", header="Song,Pace 1,Pace 2,Remarks")

    done = pacetag("evaluate", path, "--json", "--jobs", "1")

    [row] = json.loads(done.stdout)["rows"]
    assert (row["file"], row["right"]) == ("172-86.mp3", [86.0, 172.0])
    assert [claim["verdict"] for claim in row["claimed"]] == ["right", "right"]
    assert done.exit_code == 1
    assert "line 3" in done.stderr
    assert "'Lost'" in done.stderr


def test_a_picture_shows_reliability(pacetag: Run, good_set: Path, tmp_path: Path) -> None:
    done = pacetag("evaluate", good_set, "--jobs", "1", "--plot", tmp_path / "out.png")

    assert (done.exit_code, done.stderr) == (0, "")
    pixels = np.asarray(imread(tmp_path / "out.png"))[..., :3]
    blue = np.all(np.abs(pixels - (0.122, 0.467, 0.706)) < 0.02, axis=-1)
    assert blue[: len(blue) // 2].any()  # the curve
    assert blue[2 * len(blue) // 3 :].any()  # the counts below it


@pytest.mark.parametrize(("output", "code"), [("out.nonsense", 2), ("nowhere/out.png", 1)])
def test_a_picture_that_cannot_be_written_is_one_sentence(
    output: str, code: int, pacetag: Run, good_set: Path, tmp_path: Path
) -> None:
    done = pacetag("evaluate", good_set, "--jobs", "1", "--plot", tmp_path / output)

    assert done.exit_code == code
    assert done.stderr.startswith(f"pacetag: {tmp_path / output}: ")
    assert done.stderr.count("\n") == 1


def test_without_matplotlib_it_says_so_before_a_song_is_heard(
    pacetag: Run,
    good_set: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    judged: Callable[[], list[str]],
) -> None:
    monkeypatch.delitem(sys.modules, "pacetag.tagger.plots.reliability", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    done = pacetag("evaluate", good_set, "--plot", tmp_path / "out.png")

    assert done.exit_code == 1
    assert f"`{install_command('plot')}` adds them" in done.stderr
    assert judged() == []


def test_without_librosa_the_baseline_says_so_before_a_song_is_heard(
    pacetag: Run, good_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)

    done = pacetag("evaluate", good_set, "--judge", "fold")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "pacetag: --judge fold needs packages that are not installed; "
        f"`{install_command('evaluate')}` adds them\n"
    )


def test_folding_has_nothing_to_plot(pacetag: Run, good_set: Path, tmp_path: Path) -> None:
    done = pacetag("evaluate", good_set, "--judge", "fold", "--plot", tmp_path / "out.png")

    assert done.exit_code == 2
    assert "gives no probabilities" in done.stderr


@pytest.fixture
def clicks(tmp_path: Path, click_track: ClickTrack, write_set: WriteSet) -> Path:
    """A set of one song that can really be heard."""
    soundfile.write(tmp_path / "clicks.wav", click_track(126, seconds=16), 22_050)
    return write_set("clicks.wav,126 63 252,clicks")


def test_folding_hears_real_sound_and_has_no_figures_of_cases(pacetag: Run, clicks: Path) -> None:
    found = in_json(pacetag, clicks, "--judge", "fold")

    assert (found["judge"], found["bundle"], found["reliability"]) == ("fold", None, [])
    assert found["overall"]["auc"] == {"value": None, "low": None, "high": None}
    assert found["overall"]["sets"][0]["f1"]["value"] == 1.0
    assert {round(claim["bpm"] / 63) for claim in found["rows"][0]["claimed"]} == {1, 2, 4}


def test_the_network_of_2019_can_be_asked(pacetag: Run, clicks: Path) -> None:
    found = in_json(pacetag, clicks, "--judge", "stage0")

    assert (found["judge"], found["bundle"], found["failed"]) == ("stage0", "stage0-1", 0)
    assert len(found["rows"][0]["candidates"]) > 2


def test_other_judges_are_usage_errors(pacetag: Run, good_set: Path) -> None:
    assert pacetag("evaluate", good_set, "--judge", "unknown").exit_code == 2


def test_worker_processes_keep_the_order_and_survive_songs_that_kill_or_hang_them(
    pacetag: Run, write_set: WriteSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "LEAST", 3.0)
    path = write_set("172.mp3,172,", "deadly.mp3,100,", "endless.mp3,100,", "120.mp3,120,")

    done = pacetag("evaluate", path, "--json", "--jobs", "2")

    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [row["file"] for row in found["rows"]] == [
        *("172.mp3", "120.mp3", "deadly.mp3", "endless.mp3")
    ]
    assert done.stderr.splitlines() == [
        f"pacetag: {tmp_path}/deadly.mp3: {cause_of_death(9)}",
        f"pacetag: {tmp_path}/endless.mp3: {gave_up(3, waiting=True)}",
    ]


def test_ctrl_c_waits_for_no_song(
    write_set: WriteSet,
    pacetag_process: Callable[..., subprocess.Popen[str]],
    judged: Callable[[], list[str]],
) -> None:
    path = write_set("endless 1.mp3,172,", "endless 2.mp3,100,", "120.mp3,120,")
    process = pacetag_process("evaluate", path, "--jobs", "2")
    deadline = time.monotonic() + 60
    while not judged() and time.monotonic() < deadline:
        time.sleep(0.1)

    os.killpg(process.pid, signal.SIGINT)
    output, complaints = process.communicate(timeout=120)

    assert (process.returncode, output, complaints) == (130, "", "")


def test_a_network_that_cannot_be_started_ends_it_at_once(
    pacetag: Run, good_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = JudgeRef(bundle="fake-1", factory="fake_judge:load_nothing")
    monkeypatch.setattr(pool, "shipped_judge", lambda: ref)

    for jobs in ("1", "2"):
        done = pacetag("evaluate", good_set, "--jobs", jobs)

        assert done.exit_code == 1
        assert done.stderr == "pacetag: bundle.json: missing; reinstall pacetag\n"


def test_no_package_of_an_extra_is_needed(clicks: Path) -> None:
    """In a fresh interpreter in which none can be imported."""
    probe = (
        "import sys\n"
        "from pacetag.model.extras import MODULES\n"
        "for name in {*sum(MODULES.values(), ()), 'numba', 'sklearn'}: sys.modules[name] = None\n"
        "from pacetag.tagger.cli import main\nmain()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe, "evaluate", os.fspath(clicks), "--jobs", "1"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "1 song judged by current" in done.stdout
