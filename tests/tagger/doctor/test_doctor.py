"""`pacetag doctor` as a whole: what it prints, its exit code, and that it changes nothing."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.extras import requirement_of
from pacetag.tagger.doctor import examine, network
from pacetag.tagger.doctor.results import ok

Run = Callable[..., Any]

KEYS = ["area", "state", "what", "figure", "unit", "advice"]


def parsed(done: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    *found, last = [json.loads(line) for line in done.stdout.splitlines()]
    return found, last["counts"]


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What lies in a folder, and when it was changed."""
    return {
        str(path): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def test_a_healthy_machine_gets_every_check_and_nothing_is_changed(
    pacetag: Run,
    make_song: Run,
    scan_json: Run,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "SONG", 30.0)
    make_song("172.mp3")
    scan_json()
    make_song("later/165.flac")
    before = tree(tmp_path)

    done = pacetag("doctor", "--json", library)

    found, counts = parsed(done)
    assert done.exit_code == 0, done.output
    assert [list(each) for each in found] == [KEYS] * len(found)
    areas = {each["area"] for each in found}
    assert areas == set(examine.CHECKS) - {"targets"} | {"speed"}
    assert counts["fault"] == 0
    assert sum(counts.values()) == len(found)
    (known,) = [each for each in found if each["figure"] == 1 and each["area"] == "speed"]
    assert "lacks 1 song," in known["what"]
    assert known["advice"] == f"pacetag scan {library}"
    assert tree(tmp_path) == before


def test_a_quick_check_measures_no_song(
    pacetag: Run, monkeypatch: pytest.MonkeyPatch, library: Path
) -> None:
    monkeypatch.delattr(network, "seconds_a_song")

    done = pacetag("doctor", "--quick", library)

    assert done.exit_code == 0, done.output
    assert "bpm it says 165" in done.stdout
    assert "  ok       speed" not in done.stdout


def test_a_line_that_is_not_well_is_followed_by_its_advice(
    pacetag: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(examine, "CHECKS", {"music": "music:music"})

    done = pacetag("doctor", tmp_path / "absent")

    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"  fault    music: {tmp_path}/absent: there is no such folder",
        "           -> mount its disk, or name another folder",
        "1 fault, 0 warnings.",
    ]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("odd"), "the check broke off (ValueError: odd)"),
        (OSError(28, "No space left on device"), "No space left on device"),
    ],
)
def test_a_check_that_breaks_off_is_a_fault_and_the_others_go_on(
    error: Exception, said: str, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Any:
        raise error
        yield

    monkeypatch.setattr(network, "network", broken)
    monkeypatch.setattr(
        examine, "CHECKS", {"network": "network:network", "terminal": "program:terminal"}
    )

    found, counts = parsed(done := pacetag("doctor", "--json"))

    assert done.exit_code == 1
    assert said in found[0]["what"]
    assert found[0]["advice"]
    assert (found[1]["area"], counts["fault"]) == ("terminal", 1)


def test_a_package_that_cannot_be_loaded_costs_its_checks_alone(tmp_path: Path) -> None:
    """As where the wheel of PyAV is of another system."""
    program = (
        "import sys; sys.modules['av'] = None\n"
        "from pacetag.tagger.cli import app\n"
        "app(['doctor', '--quick', '--json'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PACETAG_INDEX": str(tmp_path / "i.sqlite3")},
        capture_output=True,
        text=True,
        check=False,
    )

    found, _ = parsed(done)
    faults = {each["area"]: each for each in found if each["state"] == "fault"}
    assert done.returncode == 1
    assert set(faults) == {"decoders", "network"}
    assert "import of av halted" in faults["decoders"]["what"]
    assert faults["decoders"]["advice"].endswith(
        "--force-reinstall --no-deps " + shlex.quote(requirement_of("av"))
    )
    assert "index" in {each["area"] for each in found if each["state"] == "ok"}


def test_a_result_without_advice_is_one_line(pacetag: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "network", lambda _: iter([ok("network", "fit\x1b[31m")]))
    monkeypatch.setattr(examine, "CHECKS", {"network": "network:network"})

    assert (
        pacetag("doctor").stdout
        == "  ok       network: fit\N{REPLACEMENT CHARACTER}[31m\nAll is well.\n"
    )
