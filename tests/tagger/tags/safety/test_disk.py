"""A flush reaches the disk itself on every system."""

import ast
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pacetag.tagger.tags.safety.disk import flush, make_folder, sync_folder

ROOT = Path(__file__).parents[4]
FULL = 51  # the number of F_FULLFSYNC


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system is asked to flush, in turn: the call and the name."""
    found: list[str] = []

    def fsync(descriptor: int) -> None:
        found.append(f"fsync {_name(descriptor)}")

    monkeypatch.setattr("os.fsync", fsync)
    return found


@pytest.fixture
def on_a_mac(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> Callable[[int | None], None]:
    """Have another system, whose call for it succeeds or fails."""

    def pretend(error: int | None) -> None:
        def control(descriptor: int, command: int) -> int:
            assert command == FULL
            asked.append(f"full {_name(descriptor)}")
            if error is not None:
                raise OSError(error, os.strerror(error))
            return 0

        monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL, raising=False)
        monkeypatch.setattr(fcntl, "fcntl", control)

    return pretend


def _name(descriptor: int) -> str:
    return Path(f"/proc/self/fd/{descriptor}").readlink().name


def test_it_is_a_plain_sync_where_that_is_enough(tmp_path: Path, asked: list[str]) -> None:
    with (tmp_path / "file").open("wb") as file:
        flush(file.fileno())
    sync_folder(tmp_path)

    assert asked == ["fsync file", f"fsync {tmp_path.name}"]


def test_on_a_mac_the_drive_is_asked_to_empty_its_memory(
    tmp_path: Path, asked: list[str], on_a_mac: Callable[[int | None], None]
) -> None:
    on_a_mac(None)
    with (tmp_path / "file").open("wb") as file:
        flush(file.fileno())
    sync_folder(tmp_path)

    assert asked == ["full file", f"full {tmp_path.name}"]


@pytest.mark.parametrize("error", [errno.ENOTSUP, errno.EINVAL, errno.ENOTTY])
def test_a_file_system_that_cannot_gets_a_plain_sync(
    tmp_path: Path, asked: list[str], on_a_mac: Callable[[int | None], None], error: int
) -> None:
    on_a_mac(error)
    with (tmp_path / "file").open("wb") as file:
        flush(file.fileno())

    assert asked == ["full file", "fsync file"]


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_failed_is_not_asked_again(
    tmp_path: Path, asked: list[str], on_a_mac: Callable[[int | None], None], error: int
) -> None:
    """The second answer would be that all is well."""
    on_a_mac(error)
    with (tmp_path / "file").open("wb") as file, pytest.raises(OSError, match=os.strerror(error)):
        flush(file.fileno())

    assert asked == ["full file"]


def test_a_new_folder_lasts_with_all_above_it(tmp_path: Path, asked: list[str]) -> None:
    make_folder(tmp_path / "a" / "b" / "c", mode=0o700)
    make_folder(tmp_path / "a" / "b" / "c")

    assert asked == [f"fsync {tmp_path.name}", "fsync a", "fsync b"]
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == 0o700


def test_no_other_place_flushes_by_itself() -> None:
    """It would be forgotten on macOS."""
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for folder in ("tagger", "db")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for line in _flushing(ast.parse(file.read_text()))
        if file != Path(ROOT / "tagger/tags/safety/disk.py")
    ]

    assert found == []


def _flushing(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        named = (
            [node.attr]
            if isinstance(node, ast.Attribute)
            else [each.name for each in node.names]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if {"fsync", "fdatasync", "F_FULLFSYNC"} & set(named):
            yield node.lineno  # type: ignore[attr-defined]
