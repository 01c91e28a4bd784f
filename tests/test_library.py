"""The library that users import is light, typed, and as docs/library.md describes it."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import soundfile

import pacetag.db
import pacetag.model
from pacetag.db import SongIndex, SongRecord, Stamp
from pacetag.model import Analysis, BundleError, Judge, Pace

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```(?:\nprints\n```text\n(.*?)^```)?", PAGE, re.M | re.S)
HEAVY = ["numpy", "scipy", "soundfile", "av", "ai_edge_litert", "sqlite_utils", "sqlite3"]


@pytest.mark.parametrize("door", ["pacetag.model", "pacetag.db"])
def test_importing_the_door_loads_nothing_behind_it(door: str) -> None:
    script = f"""
import sys, {door}
print([name for name in {HEAVY} if name in sys.modules])
print([name for name in sys.modules if name.startswith("pacetag.")])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["[]", f"[{door!r}]"]


@pytest.mark.parametrize("door", [pacetag.model, pacetag.db])
def test_every_name_of_the_door_is_there_and_is_listed(door: object) -> None:
    names = door.__all__  # type: ignore[attr-defined]

    assert list(names) == sorted(names)
    for name in names:
        assert getattr(door, name) is getattr(door, name)
        assert name in dir(door)


@pytest.mark.parametrize("door", [pacetag.model, pacetag.db])
def test_a_name_that_is_not_there_is_an_attribute_error(door: object) -> None:
    with pytest.raises(AttributeError, match=r"module 'pacetag\.\w+' has no attribute 'nothing'"):
        door.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_the_version_is_that_of_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text()

    assert f'\nversion = "{pacetag.model.__version__}"\n' in text


def test_an_analysis_prints_as_what_makes_it_again_without_its_candidates() -> None:
    paces = (Pace(bpm=172.0, confidence=0.98), Pace(bpm=86.0, confidence=0.9))
    analysis = Analysis(paces=paces, duration=221.0, metre="duple", candidates=paces * 9)

    again = eval(repr(analysis))

    assert again == Analysis(paces=paces, duration=221.0, metre="duple")
    assert repr(paces[0]) == "Pace(bpm=172.0, confidence=0.98)"


def test_a_judge_prints_as_what_makes_it_again() -> None:
    judge = Judge()

    assert repr(eval(repr(judge))) == repr(judge)


def test_a_judge_is_made_of_the_bundle_that_is_named(tmp_path: Path) -> None:
    assert Judge(str(ROOT / "model/weights/stage0-1")).name == "stage0-1"
    assert Judge(ROOT / "model/weights/stage0-1").name == "stage0-1"
    with pytest.raises(BundleError, match="name the folder of a trained bundle"):
        Judge(tmp_path)


def song(title: str, bpm: float) -> SongRecord:
    """A song of the index."""
    return SongRecord(
        path=f"/m/{title}.mp3",
        stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=4),
        fingerprint=title,
        title=title,
        artist="Legs",
        album=None,
        genre=None,
        bundle="stride-5",
        analysis=Analysis(paces=(Pace(bpm=bpm, confidence=0.9),), duration=200.0),
    )


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each block of the page prints, run one after the other where their files are."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copy(ROOT / "sample_audio/04-riverside-waltz.ogg", folder / "waltz.ogg")
    shutil.copy(ROOT / "sample_audio/01-kerbside-rock.mp3", folder / "rock.mp3")
    (folder / "notes.txt").write_text("no music\n" * 900)
    soundfile.write(folder / "jingle.wav", [0.1] * 3 * 8_000, 8_000)
    with SongIndex.open(folder / "index.sqlite3") as index:
        index.store(song("Hill", 165.25))
        index.store(song("Ridge", 120.0))
    names: dict[str, object] = {}
    outputs = []
    with contextlib.chdir(folder):
        for code, _ in BLOCKS:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(code, names)
            outputs.append(out.getvalue())
    return outputs


def test_every_block_of_the_page_prints_what_it_says(printed: list[str]) -> None:
    assert len(BLOCKS) >= 5
    assert printed == [said for _, said in BLOCKS]


def test_the_page_explains_every_field_and_every_error() -> None:
    explained = set(re.findall(r"^\| `([\w.\[\]]+)`", PAGE, re.MULTILINE))
    errors = {name for name in pacetag.model.__all__ if name.endswith("Error")}

    assert set(Analysis.__dataclass_fields__) | errors <= explained
    assert {f"paces[0].{field}" for field in Pace.__dataclass_fields__} <= explained


PROGRAM = """
from pathlib import Path

from pacetag.db import SongIndex
from pacetag.model import Analysis, DecodeError, Judge, Pace, __version__


def surest(judge: Judge, song: Path | str) -> Pace | None:
    try:
        analysis: Analysis = judge.file(song)
    except DecodeError as error:
        print(error.path, error.reason)
        return None
    return analysis.paces[0] if analysis.paces else None


print(__version__.upper(), surest(Judge(), "song.mp3"))
with SongIndex.open("index.sqlite3") as index:
    print([match.pace.bpm + 1.0 for match in index.matches(low=1, high=2, min_confidence=0.5)])
"""
MISTAKES = """
from pacetag.db import SongIndices
from pacetag.model import Jugde, Judge

Judge().file(7)
Judge().samples("song.mp3", 44_100)
Judge().file("song.mp3").paces[0].bpm.upper()
"""


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which pacetag lies as pip puts it there, beside what this one has."""
    folder = tmp_path_factory.mktemp("user")
    venv.create(folder / "venv", symlinks=True)
    (site,) = folder.glob("venv/lib/python*/site-packages")
    (site / "pacetag").mkdir()
    for part in ("model", "db", "tagger"):
        (site / "pacetag" / part).symlink_to(ROOT / part)
    (site / "others.pth").write_text(f"{Path(soundfile.__file__).parent}\n")
    return folder


@pytest.mark.parametrize(("program", "mistakes"), [(PROGRAM, []), (MISTAKES, [2, 3, 5, 6, 7])])
def test_a_type_checker_sees_the_types_of_the_installed_package(
    user: Path, program: str, mistakes: list[int]
) -> None:
    pytest.importorskip("mypy")
    (user / "program.py").write_text(program)

    options = ["--strict", "--python-executable", "venv/bin/python", "--cache-dir", "cache"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--config-file", "", "program.py"],
        cwd=user,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    found = re.findall(r"^program\.py:(\d+): error", done.stdout, re.MULTILINE)
    assert list(map(int, found)) == mistakes, done.stdout
    assert "site-packages" not in done.stdout
