"""`pacetag scan` with worker processes, as people run it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

MakeSong = Callable[..., Path]
Run = Callable[..., Any]
Judged = Callable[[], list[str]]


def test_several_workers_judge_every_song_once(
    make_song: MakeSong, scan_json: Run, judged: Judged
) -> None:
    for number in range(100, 112):
        make_song(f"{number}.mp3")

    found = scan_json("--jobs", "2")

    assert found.counts["tagged"] == 12
    assert len(judged()) == 12


def test_a_song_that_kills_its_worker_fails_and_the_others_are_tagged(
    make_song: MakeSong, scan_json: Run
) -> None:
    for name in ("100.mp3", "110 deadly.mp3", "120.mp3", "130.mp3"):
        make_song(name)

    found = scan_json("--jobs", "2")

    assert found.outcomes == {
        "100.mp3": "tagged",
        "110 deadly.mp3": "failed",
        "120.mp3": "tagged",
        "130.mp3": "tagged",
    }
    assert "the process that judged it died" in found.songs["110 deadly.mp3"]["reason"]
    assert found.result.exit_code == 1
