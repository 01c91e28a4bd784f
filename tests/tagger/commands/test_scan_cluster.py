"""`scan --cluster`: the workers of a Dask cluster judge what this process tags and indexes."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.model.keras_runtime import gpu_fault

MakeSong = Callable[..., Path]
ScanJson = Callable[..., Any]
Pacetag = Callable[..., Any]


def test_a_cluster_gives_the_outcomes_and_tags_of_a_local_scan(
    make_song: MakeSong, scan_json: ScanJson, library: Path, tmp_path: Path, scheduler: str
) -> None:
    names = ("172.34-86.2.mp3", "133.flac", "beatless.ogg", "broken.m4a", "short.opus")
    songs = {name: make_song(name) for name in names}
    shutil.copytree(library, tmp_path / "copy")
    local = scan_json(tmp_path / "copy", "--index", str(tmp_path / "other.sqlite3"))

    found = scan_json("--cluster", scheduler)

    def facts(songs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: {**song, "path": None} for name, song in songs.items()}

    assert facts(found.songs) == facts(local.songs)
    assert found.counts == local.counts
    assert found.result.exit_code == local.result.exit_code == 1
    for name, song in songs.items():
        assert song.read_bytes() == (tmp_path / "copy" / name).read_bytes()


def test_what_a_cluster_has_judged_is_known_to_the_next_scan(
    make_song: MakeSong, scan_json: ScanJson, scheduler: str, judged: Callable[[], list[str]]
) -> None:
    make_song("150.mp3")
    scan_json("--cluster", scheduler)
    assert judged() == []  # by this machine

    again = scan_json()

    assert again.counts["analysed"] == 0
    assert again.outcomes == {"150.mp3": "unchanged"}


def test_without_processes_songs_are_judged_in_this_very_process(
    make_song: MakeSong, pacetag: Pacetag, library: Path, judged: Callable[[], list[str]]
) -> None:
    make_song("150.mp3")
    make_song("broken.mp3")

    done = pacetag("scan", "--jobs", "0", library)

    assert done.exit_code == 1
    assert "1 tagged" in done.stdout
    assert set(judged()) == {"150.mp3", "broken.mp3"}


def test_without_its_packages_a_cluster_is_no_traceback(
    make_song: MakeSong, pacetag: Pacetag, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_song("150.mp3")
    monkeypatch.setattr(
        "pacetag.tagger.workers.connection.missing_modules", lambda _: ["distributed"]
    )

    done = pacetag("scan", "--cluster", "tcp://127.0.0.1:9", library)

    assert done.exit_code == 1
    assert "`--cluster` needs packages that are not installed" in done.stderr


def test_workers_without_a_gpu_are_named_and_their_processors_judge(
    make_song: MakeSong, pacetag: Pacetag, library: Path, scheduler: str
) -> None:
    fault = gpu_fault()
    if fault is None:
        pytest.skip("this machine has a GPU")
    make_song("150.mp3")

    done = pacetag("scan", "--cluster", scheduler, "--device", "gpu", library)

    assert done.exit_code == 0, done.output
    assert f"{fault}, so its processor judges" in done.stderr
    assert "1 tagged" in done.stdout
