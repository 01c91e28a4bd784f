"""A scan lists what it could not do once at its end, `pacetag problems` at any time."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pacetag.tagger.scanning.findings import Finding, Findings, Kind, group_lines
from pacetag.tagger.text.paths import ShownPaths

MakeSong = Callable[..., Path]
Run = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("worker_threads")

SHORT = "3.0 s long; at least 12 s are needed"
BROKEN = "cannot decode audio: it is not audio"
READ_ONLY = "indexed only: the file is read-only (`chmod u+w` changes that)"


@pytest.fixture
def mixed(make_song: MakeSong) -> None:
    """A library with one song of each kind, and one without a fault."""
    make_song("100.mp3")
    make_song("a/broken.mp3")
    make_song("b/130.flac").chmod(0o444)
    make_song("short.mp3")
    make_song("120 changing.mp3")


def found(result: Any) -> dict[str, tuple[str, str]]:
    *lines, _ = map(json.loads, result.stdout.splitlines())
    return {Path(line["path"]).name: (line["kind"], line["reason"]) for line in lines}


@pytest.mark.usefixtures("mixed")
def test_a_scan_names_each_song_once_by_kind_with_its_reason(pacetag: Run, library: Path) -> None:
    first = pacetag("scan", library)
    second = pacetag("scan", library)

    assert first.exit_code == second.exit_code == 1
    assert first.stderr == f"1 song failed:\n  a/broken.mp3: {BROKEN}\n"
    again = "(it is as it was; `pacetag scan --force` tries again)"
    assert second.stderr == f"1 song failed:\n  a/broken.mp3: {BROKEN} {again}\n"
    for said in (first, second):
        assert f"1 song is not tagged:\n  b/130.flac: {READ_ONLY}\n" in said.stdout
        assert f"1 song is too short:\n  short.mp3: {SHORT}" in said.stdout
        assert said.output.count("broken.mp3") == said.output.count("130.flac") == 1
    assert "1 song changes tempo:\n  120 changing.mp3: changes tempo, 100 to 141 bpm\n" in (
        first.stdout
    )
    assert ", 1 unchanged (1 not tagged), 1 skipped, 1 failed;" in first.stdout
    assert ", 3 unchanged (1 not tagged), 1 skipped, 1 failed;" in second.stdout


@pytest.mark.usefixtures("mixed")
def test_the_list_at_any_time_says_the_same(pacetag: Run, scan_json: Run, library: Path) -> None:
    scan_json()

    text, as_json = pacetag("problems"), pacetag("problems", "--json")
    below = pacetag("problems", library)

    assert (text.exit_code, as_json.exit_code, text.stderr) == (0, 0, "")
    assert below.stdout == (
        f"1 song failed:\n  a/broken.mp3: {BROKEN}\n"
        f"1 song is not tagged:\n  b/130.flac: {READ_ONLY}\n"
        f"1 song is too short:\n  short.mp3: {SHORT}\n"
        "1 song changes tempo:\n  120 changing.mp3: changes tempo, 100 to 141 bpm\n"
    )
    assert text.stdout == below.stdout.replace("\n  ", f"\n  {library}/")
    assert found(as_json) == {
        "broken.mp3": ("failed", BROKEN),
        "130.flac": ("untagged", READ_ONLY),
        "short.mp3": ("too short", SHORT),
        "120 changing.mp3": ("changes tempo", "changes tempo, 100 to 141 bpm"),
    }
    assert json.loads(as_json.stdout.splitlines()[-1]) == {
        "counts": {"failed": 1, "untagged": 1, "too short": 1, "changes tempo": 1}
    }


@pytest.mark.usefixtures("mixed")
def test_the_list_can_be_of_some_folders_and_songs(
    pacetag: Run, scan_json: Run, library: Path
) -> None:
    scan_json()

    one = pacetag("problems", "--json", library / "a", library / "short.mp3", library / "a")
    none = pacetag("problems", library / "100.mp3")
    unknown = pacetag("problems", library / "nowhere")

    assert set(found(one)) == {"broken.mp3", "short.mp3"}
    assert none.stdout.startswith("Nothing to report: ")
    assert (
        unknown.stdout == "The index knows no song there; `pacetag scan PATH` has songs judged.\n"
    )
    assert unknown.exit_code == 0


def test_repaired_and_missing_songs_are_no_longer_listed(
    pacetag: Run, scan_json: Run, make_song: MakeSong
) -> None:
    broken, locked = make_song("broken.mp3"), make_song("130.flac")
    locked.chmod(0o444)
    scan_json()
    assert set(found(pacetag("problems", "--json"))) == {"broken.mp3", "130.flac"}

    locked.chmod(0o644)
    make_song("120.mp3")
    broken.unlink()
    scan_json()

    assert found(pacetag("problems", "--json")) == {}


def test_failures_that_are_overlooked_are_not_named_but_listed(
    pacetag: Run, scan_json: Run, make_song: MakeSong, library: Path
) -> None:
    make_song("broken.mp3")
    scan_json()

    said = pacetag("scan", "--ignore-failed", library)

    assert (said.exit_code, said.stderr) == (0, "")
    assert "broken.mp3" not in said.stdout
    assert "broken.mp3" in pacetag("problems").stdout


def test_ten_of_a_kind_are_named_and_the_command_that_lists_the_others_works(
    pacetag: Run, make_song: MakeSong, tmp_path: Path
) -> None:
    folder = tmp_path / "music" / "it's here"
    for number in range(13):
        make_song(f"it's here/broken {number}.mp3")
    index = tmp_path / "other index.sqlite3"

    said = pacetag("scan", "--index", index, folder)
    *_, last = said.stderr.splitlines()
    count, _, command = last.strip().removesuffix("` lists them").partition("; `")

    assert said.stderr.startswith("13 songs failed:\n")
    assert said.stderr.count("it is not audio") == 10
    assert count == "... and 3 more"
    program, *arguments = shlex.split(command)
    assert program == "pacetag"
    assert pacetag(*arguments).stdout.count("it is not audio") == 13


def test_all_are_named_with_verbose_and_a_dry_run_points_there(
    pacetag: Run, make_song: MakeSong, library: Path
) -> None:
    for number in range(13):
        make_song(f"broken {number}.mp3")

    dry = pacetag("scan", "--dry-run", library)
    verbose = pacetag("scan", "--dry-run", "--verbose", library)

    assert "  ... and 3 more; --verbose lists them\n" in dry.stderr
    _, _, listed = verbose.stderr.partition("13 songs failed:\n")
    assert listed.count("it is not audio") == 13


def test_json_sums_up_what_is_not_tagged(scan_json: Run, make_song: MakeSong) -> None:
    make_song("130.flac").chmod(0o444)

    for _ in range(2):
        last = json.loads(scan_json().result.stdout.splitlines()[-1])
        assert last["untagged"] == 1


def test_the_list_says_clean_text(pacetag: Run, scan_json: Run, make_song: MakeSong) -> None:
    make_song("broken \x1b[31m\u202e.mp3")
    scan_json()

    assert not any(sign in pacetag("problems").stdout for sign in "\x1b\u202e")


def test_without_an_index_it_says_how_to_make_one(pacetag: Run, index_file: Path) -> None:
    done = pacetag("problems")

    assert done.exit_code == 1
    assert "there is no index yet" in done.stderr
    assert not index_file.exists()


def test_the_first_of_a_kind_are_kept_and_all_are_counted() -> None:
    findings = Findings(2)
    findings.add(Finding(kind=Kind.FAILED, path=f"/m/{name}.mp3", reason="why") for name in "cab")

    (group,) = findings.groups()

    assert group_lines(group, ShownPaths([Path("/m")]), "look") == [
        "3 songs failed:",
        "  a.mp3: why",
        "  c.mp3: why",
        "  ... and 1 more; look",
    ]
