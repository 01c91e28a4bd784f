"""What the README says is so: commands run, the picture is what they print, tags are there."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from mutagen import flac, id3, mp4
from typer.testing import CliRunner

from pacetag.tagger.cli import app
from pacetag.tagger.plots.image_files import is_our_picture
from tests.documented_commands import PAGES, shown_in

# mutagen ships types for some of its calls only.
FLAC: Any = flac.FLAC
ID3: Any = id3.ID3
MP4: Any = mp4.MP4
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
USING = (ROOT / "docs/using.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    re.sub(r"\s+#.*", "", line)
    for block in BLOCKS
    for line in block.splitlines()
    if line.startswith("pacetag ")
]
PICTURE = next(block for block in BLOCKS if block.startswith("$ pacetag"))
ROW = re.compile(r"^\s*(\d+\.\d)\s+([+-]\d+\.\d%)\s+>?[\d.]+%\s+\d+:\d\d\s+(.+?)\s*$")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample songs in ~/Music."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "sample_audio", home / "Music")
    return home


def shell(home: Path) -> dict[str, str]:
    """An environment in which `pacetag` is the one under test, and ~ is `home`."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PACETAG_CONFIG": "",
        "COLUMNS": "120",
    }


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        shell=True,
        cwd=home,
        env=shell(home),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def scanned(home: Path) -> Path:
    done = run("pacetag scan ~/Music", home)
    assert done.returncode == 0, done.stderr
    return home


def test_the_readme_shows_the_main_commands() -> None:
    words = {command.split()[1] for command in COMMANDS}

    assert {"scan", "playlist", "watch"} <= words


@pytest.mark.parametrize("command", [c for c in COMMANDS if " watch " not in c])
def test_every_command_of_the_readme_runs(command: str, scanned: Path) -> None:
    done = run(command, scanned)

    assert done.returncode == 0, done.stderr


# Commands of docs/using.md that are only parsed (tests/test_docs_commands.py), and why.
NOT_RUN = {
    "--install-completion": "changes the shell's own files",
    "COMMAND": "stands for all of them",
    "watch": "stays; it is run as the README's",
    "train": "takes hours",
    "evaluate": "hears all songs again; tests/tagger/evaluating run it",
    "run.fit": "no recording lies beside the songs",
    "intervals": "no training is kept",
    "undo": "names the command; the tutorial undoes a folder",
    "training": "names a group of commands",
    "target": "no target is kept",
    "mpd": "no server is there; tests/tagger/players start one",
    "--cluster": "no scheduler is there; tests/tagger/commands/test_scan_cluster.py starts one",
    "s3://bucket/music": "no store is there; tests/tagger/catalogue/test_s3.py starts one",
    "manifest.parquet": "no list of songs lies beside them",
}


@pytest.fixture
def tagged(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with the songs that were scanned in another: nothing is heard again."""
    shutil.copytree(scanned / "Music", tmp_path / "Music")
    for name, value in shell(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_in_turn(commands: Iterable[tuple[str, ...]]) -> None:
    """Run commands in this process, one after another. Each must be done without an error."""
    for words in commands:
        done = CliRunner().invoke(app, [os.path.expanduser(word) for word in words])  # noqa: PTH111
        assert done.exit_code == 0, f"pacetag {' '.join(words)}: {done.output}"


def test_the_commands_of_the_tutorial_run_one_after_another(tagged: Path) -> None:
    shown = [shown.words for shown in shown_in(ROOT / "docs/tutorial.md") if shown.in_block]

    run_in_turn(words for words in shown if words[0] != "watch")

    assert {"scan", "playlist", "set", "love", "exclude", "undo"} <= {words[0] for words in shown}
    easy = (tagged / "easy.m3u8").read_text(encoding="utf-8")
    assert easy.count("#EXTINF") == 5
    assert (tagged / "intervals.m3u8").read_text(encoding="utf-8").count("#EXTINF") == 5
    assert "PACE" not in FLAC(tagged / "Music/03-swing-shoes.flac")


def test_the_commands_of_using_run(tagged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tagged / "Music/01-kerbside-rock.mp3").rename(tagged / "Music/song.mp3")
    monkeypatch.chdir(tagged / "Music")
    shown = [shown.words for shown in shown_in(ROOT / "docs/using.md")]
    shown = [w for w in shown if not NOT_RUN.keys() & set(w) and w != ("set",)]  # a mere name
    named = {"PATH...": "song.mp3", "NAME": "navidrome"}
    ours = [tuple(named.get(word, word) for word in words) for words in shown]

    run_in_turn([("scan", "."), *sorted(ours, key=lambda words: words[0] == "forget")])

    assert {words[0] for words in ours} >= {"playlist", "set", "love", "exclude", "forget"}


# Commands in the blocks of other pages that are only parsed, and why.
NOT_RUN_ELSEWHERE = {
    "--mix": "takes minutes; tests/tagger/commands/test_mix.py makes mixes",
    "--stretch": "takes minutes; tests/tagger/commands/test_stretch.py makes copies",
    "service": "changes the services of this user; tests/tagger/service",
    "cadence": "no recording lies beside the songs; tests/tagger/commands/test_cadence.py",
    "train": "takes hours",
    "10m@150 20m 5m@140": "shows how a mistake is answered",
}
TRAINING = """
[training.intervals]
plan = "1m@150 2x(1m@165 1m@150)"
"""
IN_BLOCKS = {
    page.name: [
        shown.words
        for shown in shown_in(page)
        if shown.in_block and not NOT_RUN_ELSEWHERE.keys() & set(shown.words)
    ]
    for page in PAGES
    if page.name not in ("README.md", "tutorial.md", "using.md")
}


@pytest.mark.parametrize("page", [page for page, commands in IN_BLOCKS.items() if commands])
def test_the_commands_in_the_blocks_of_a_page_run(page: str, tagged: Path) -> None:
    config = tagged / "config/pacetag/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(TRAINING)

    run_in_turn([("scan", "~/Music"), *IN_BLOCKS[page]])


def test_the_python_of_the_readme_prints_what_its_comment_says() -> None:
    (block,) = (block for block in BLOCKS if "import Judge" in block)
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == block.rpartition("# ")[2].strip()


def test_the_written_playlist_names_the_songs(scanned: Path) -> None:
    run("pacetag playlist --cadence 165 --duration 45m --output run.m3u8", scanned)

    lines = (scanned / "run.m3u8").read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#EXTM3U"
    assert "Music/01-kerbside-rock.mp3" in lines


def test_watching_starts_and_ends_with_ctrl_c(scanned: Path) -> None:
    command = next(c for c in COMMANDS if " watch " in c)
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        env=shell(scanned),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as watcher:
        time.sleep(3)  # it must still be there after that

        assert watcher.poll() is None
        watcher.send_signal(signal.SIGINT)
        assert watcher.wait(timeout=60) == 130


def rows(text: str) -> list[tuple[str, str, str]]:
    return [found.groups() for line in text.splitlines() if (found := ROW.match(line))]  # type: ignore[misc]


def test_the_picture_is_what_the_command_prints(scanned: Path) -> None:
    """Songs, paces and order; how sure it is may differ by a hair between processors."""
    command = PICTURE.splitlines()[0].removeprefix("$ ")

    done = run(command, scanned)

    shown, printed = rows(PICTURE), rows(done.stdout)
    assert shown
    assert [re.split(r"\s{2,}", row[2]) for row in printed] == [
        re.split(r"\s{2,}", row[2]) for row in shown
    ]
    for ours, theirs in zip(shown, printed, strict=True):
        assert float(ours[0]) == pytest.approx(float(theirs[0]), abs=0.2)


def test_the_picture_of_a_run_is_drawn_by_the_command_that_is_named() -> None:
    (named,) = re.findall(r"!\[.*?\]\((docs/.*?\.png)\)", README)

    assert is_our_picture((ROOT / named).read_bytes())
    assert "--plot run.png" in README


def test_the_tags_are_where_the_table_says(scanned: Path) -> None:
    for field in ("TXXX:PACE", "TXXX:PACETAG", "----:com.apple.iTunes:PACE"):
        assert f"`{field}`" in README
    mp3 = ID3(scanned / "Music/01-kerbside-rock.mp3")
    vorbis = FLAC(scanned / "Music/03-swing-shoes.flac")
    m4a = MP4(scanned / "Music/06-five-laps.m4a")

    assert "165" in [str(text) for text in mp3["TXXX:PACE"].text]
    assert str(mp3["TXXX:PACETAG"]).startswith("1 bundle=")
    assert "TBPM" not in mp3
    assert "168" in vorbis["PACE"]
    assert [bytes(item) for item in m4a["----:com.apple.iTunes:PACE"]]


def test_undo_takes_everything_back(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_audio", tmp_path / "Music")
    before = dict(ID3(tmp_path / "Music/01-kerbside-rock.mp3").items())
    assert run("pacetag scan ~/Music/01-kerbside-rock.mp3", tmp_path).returncode == 0

    assert run("pacetag undo ~/Music", tmp_path).returncode == 0

    assert dict(ID3(tmp_path / "Music/01-kerbside-rock.mp3").items()) == before


def test_every_command_is_described_and_no_other() -> None:
    described = set(re.findall(r"^\| `(\w+)", README, re.MULTILINE))
    there = {command.callback.__name__ for command in app.registered_commands if command.callback}

    assert described == there


def test_every_option_that_is_named_exists(tmp_path: Path) -> None:
    helps = " ".join(
        run(f"pacetag {name} --help", tmp_path).stdout
        for name in ("", *(c.callback.__name__ for c in app.registered_commands if c.callback))
    )

    for option in set(re.findall(r"--[a-z-]+[a-z]", README + USING)):
        assert option in helps, option


def test_the_two_commands_are_those_of_the_makefile_and_the_gate() -> None:
    makefile = (ROOT / "Makefile").read_text()
    gate = (ROOT / ".ci/run").read_text()

    for target in ("demo", "test"):
        assert f"make {target}\n" in BLOCKS
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        assert f"make {target}" in gate


@pytest.mark.parametrize("page", ["README.md", "docs/using.md"])
def test_the_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), target


def test_the_front_page_is_short() -> None:
    assert len(README.split()) <= 900
