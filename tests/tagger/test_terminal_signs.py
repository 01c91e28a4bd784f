"""No text of a file, a tag or an argument can control the terminal that shows it."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mutagen import id3 as mutagen_id3

from pacetag.db.index import SongIndex
from pacetag.db.records import SongRecord, Stamp
from pacetag.model.judgement import Analysis, Pace
from pacetag.tagger.terminal.columns import Column, table_lines
from pacetag.tagger.text.formatting import printable
from tests.tagger.terminals import all_bytes

MakeSong = Callable[..., Path]
Run = Callable[..., tuple[int, bytes, bytes]]

ID3: Any = mutagen_id3  # mutagen ships types for some of its calls only
FAKES = Path(__file__).parent / "fakes"
SIGNS = {
    "a title for the window": "\x1b]0;taken\x07",
    "a colour": "\x1b[31m",
    "eight bits of a colour": "\x9b31m",
    "a bell": "\x07",
    "going back": "\x08\x08\r",
    "delete": "\x7f",
    "next line": "\x85",
    "a line": "\nforged: line",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "override": "\u202egnp.exe\u202c",
    "embedding": "\u202aa\u202bb\u202d",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "\u200e\u200f\u061c",
}
IN_NAMES = {**SIGNS, "half a sign": "\udcc3", "not UTF-8": "\udce5"}  # and what no tag can hold
ALL = "".join(SIGNS.values())
BUNDLE = re.sub(r"[\s;\x00-\x1f\x7f-\x9f]", "", ALL)  # a bundle's name has none of these
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
)
KEPT = (
    "👩\u200d🚀",
    "می\u200cخواهم",
    "क्\u200dष",
    "e\u0301",
    "שיר",
    "أغنية",
    "\u00a0",
    "🏴\U000e0067\U000e007f",
)

PROBE = """
import sys
from pathlib import Path
sys.path.insert(0, {fakes!r})
from pacetag.tagger.workers import pool
from pacetag.tagger.cli import main
from pacetag.tagger.workers.judging import JudgeRef
if __name__ == "__main__":
    pool.shipped_judge = lambda: JudgeRef(bundle={bundle!a}, factory="fake_judge:load")
    main()
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The real command, with a judge whose bundle has a terrible name."""
    path = tmp_path / "probe.py"
    path.write_text(PROBE.format(fakes=str(FAKES), bundle=f"ear{BUNDLE}end"))
    return path


@pytest.fixture
def run(script: Path) -> Run:
    """Run a process; its exit code and the very bytes that it wrote."""

    def run(*arguments: str | Path) -> tuple[int, bytes, bytes]:
        done = subprocess.run(
            [sys.executable, script, *arguments],
            capture_output=True,
            env={**os.environ, "PYTHONUTF8": "1"},
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def check(*outputs: bytes) -> None:
    """Raise AssertionError for a sign that a terminal would obey."""
    for output in outputs:
        found = FORBIDDEN.search(output.decode("utf-8", "surrogateescape"))
        assert found is None, (found, output)
        assert b"\nforged" not in output


def tagged(song: Path, text: str) -> Path:
    """Give a song the text as artist, title and old tempo."""
    tags = ID3.ID3()
    for frame in ("TPE1", "TIT2"):
        tags.add(getattr(ID3, frame)(encoding=3, text=[f"{frame} {text} end"]))
    tags.add(ID3.TXXX(encoding=3, desc="PACE", text=[f"90{text}"]))
    tags.save(song)
    return song


@pytest.fixture
def songs(make_song: MakeSong) -> list[Path]:
    """Songs with each of the signs in their names and tags, and one that cannot be judged."""
    found = [
        tagged(make_song(f"165 {number} x{sign}y.mp3"), SIGNS.get(name, ""))
        for number, (name, sign) in enumerate(IN_NAMES.items())
    ]
    return [*found, make_song(f"broken {ALL}\udce5.mp3")]


def test_every_command_on_songs_shows_clean_text(
    songs: list[Path], run: Run, library: Path, index_file: Path, tmp_path: Path
) -> None:
    said = []
    for place in ((library,), (f"{library}/nowhere{ALL}\udce5",)):
        for command in (
            ("scan", "--dry-run"),
            ("scan", "--dry-run", "--bpm", "overwrite"),
            ("scan", "--bpm", "overwrite"),
            ("scan", "--json", "--force"),
            ("scan", "--read-only-check", place[0]),
            ("undo", "--dry-run"),
            ("undo",),
            ("undo", "--json"),
        ):
            code, out, complaints = (
                run(*command, "--jobs", "1", *place)
                if command[0] == "scan"
                else run(*command, *place)
            )
            check(out, complaints)
            assert out or complaints, command
            assert code in (0, 1, 2)
            said.append(out + complaints)
    for song in songs:
        code, out, complaints = run("show", song)
        check(out, complaints)
        assert b"judged by ear" in out or code == 1
    check(*run("stats", "--index", tmp_path / f"none{ALL}")[1:])
    index_file.rename(index_file.with_name(f"index{ALL}"))
    for command in (("stats",), ("undo", "--list"), ("playlist", "--cadence", "165")):
        code, out, complaints = run(*command, "--index", index_file.with_name(f"index{ALL}"))
        check(out, complaints)
        assert code == 0, complaints
        said.append(out)
    shown = b"\xef\xbf\xbd"  # the sign that stands for them
    assert [shown in said[place] for place in (0, 1, 5, 8, 13, -3, -1)] == [True] * 7


@pytest.fixture
def index_of_songs(tmp_path: Path, index_file: Path) -> Path:
    """An index whose artists, titles, bundles and paths hold each of the signs."""
    index_file.parent.mkdir()
    with SongIndex.open(index_file) as index:
        for number, sign in enumerate((*SIGNS.values(), *KEPT)):
            path = tmp_path / "music" / f"{number} {sign}{'' if number else chr(0xDCE5)}.mp3"
            path.parent.mkdir(exist_ok=True, parents=True)
            path.touch()
            index.store(
                SongRecord(
                    path=str(path),
                    stamp=Stamp(size=1, mtime_ns=2, ctime_ns=3, inode=number),
                    fingerprint=f"{number}",
                    title=f"title {sign} {number}",  # or those of blanks would be one piece
                    artist=f"artist {sign}",
                    album=sign,
                    genre=sign,
                    bundle=f"ear {sign}",
                    analysis=Analysis(
                        paces=(Pace(bpm=165.0, confidence=0.9),),
                        duration=200.0,
                    ),
                )
            )
    return index_file


@pytest.mark.usefixtures("index_of_songs")
def test_tables_are_clean_aligned_and_keep_what_scripts_need(run: Run) -> None:
    _, table, _ = run("playlist", "--cadence", "165")
    _, stats, _ = run("stats")

    check(table, stats)
    text = table.decode("utf-8")
    for sign in KEPT:
        assert f"artist {sign}" in text
    assert stats.count(b"judged by ear") == len((*SIGNS, *KEPT))
    columns = {
        line.index("title")
        for line in text.splitlines()
        if "title \N{REPLACEMENT CHARACTER}" in line
    }
    assert len(columns) == 1


def test_cells_are_cleaned_before_they_are_measured() -> None:
    columns = (Column(heading="A"), Column(heading="B"))
    lines = table_lines(columns, [("x\x1b[31m", "1"), ("é", "2")], width=80)

    assert len({len(line) for line in lines if line}) == 2  # the rule is as wide as its margins
    assert "\x1b" not in "".join(lines)


@pytest.mark.usefixtures("index_of_songs")
def test_a_playlist_shows_clean_names_and_keeps_the_paths(run: Run, tmp_path: Path) -> None:
    code, out, complaints = run(
        "playlist", "--cadence", "165", "--output", tmp_path / f"{ALL}.m3u8"
    )

    assert code == 0, complaints
    check(out, complaints)
    content = (tmp_path / f"{ALL}.m3u8").read_bytes()
    shown = [line for line in content.split(b"\n") if line.startswith(b"#EXTINF")]
    check(*shown)
    assert len(shown) == len((*SIGNS, *KEPT))
    for name, sign in SIGNS.items():
        if not re.search("[\n\r]", sign):
            half = "" if name != next(iter(SIGNS)) else "\udce5"
            line = f"{sign}{half}.mp3\n"
            written = quote(line[:-1], errors="surrogateescape") if half else line
            assert written.encode() in content, name
    for sign in KEPT:
        assert f"artist {' '.join(sign.split())} - title".encode() in content or not sign.strip()


def test_evaluate_shows_clean_tables_and_complaints(run: Run, tmp_path: Path) -> None:
    rows = [
        f'"165 {number} {name}.mp3","165","style {sign}"'
        for number, (name, sign) in enumerate(SIGNS.items())
        if not re.search("[\n\r\x85\u2028\u2029]", sign)
    ]
    rows.append('"broken \x1b]0;taken\x07\u202e.mp3","165","style"')
    table = tmp_path / "set\x1b[31m\u202e.csv"
    table.write_text("\n".join(("file,paces,style", *rows)) + "\n")

    code, out, complaints = run("evaluate", table, "--jobs", "1")
    wrong = run("evaluate", tmp_path / f"none{ALL}.csv")
    table.write_text("file,paces\n\x1b]0;taken\x07.mp3,\x1b[31m\u202e\n")
    bad = run("evaluate", table)

    assert (code, wrong[0], bad[0]) == (1, 2, 2)
    assert b"style" in out
    assert b"cannot decode" in complaints
    check(out, complaints, *wrong[1:], *bad[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        [ALL],
        [f"--{ALL}"],
        ["scan", f"--{ALL}"],
        ["scan", f"--jobs={ALL}", "."],
        ["scan", f"--bpm={ALL}", "."],
        ["scan", f"{ALL}\udce5"],
        ["stats", ALL, ALL],
        ["stats", "--index", f"/{ALL}/\udce5"],
        ["playlist", "--cadence", ALL],
        ["playlist", "--cadence", "165", "--duration", ALL],
        ["playlist", f"--cadenc{ALL}", "165"],
        ["undo", "--since", ALL],
        ["undo", "--index", "{index}", "--list", f"--jso{ALL}"],
        ["show", ALL],
        ["evaluate", ALL],
        ["train", ".", "--labels", ALL],
        ["train", f"./{ALL}", "--music", ALL],
        ["watch", ALL],
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[1:30],
)
def test_complaints_quote_clean_text(arguments: list[str], run: Run) -> None:
    code, out, complaints = run(*arguments)

    assert code in (1, 2)
    assert complaints
    check(out, complaints)


def test_the_watcher_shows_clean_lines(
    script: Path, make_song: MakeSong, library: Path, songs: list[Path]
) -> None:
    with subprocess.Popen(
        [sys.executable, script, "watch", library, "--jobs", "1", "--settle", "0.2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as watcher:
        assert watcher.stdout is not None
        lines = [watcher.stdout.readline() for _ in songs]
        songs[0].unlink()
        while lines[-1] and b"missing" not in lines[-1]:
            lines.append(watcher.stdout.readline())
        watcher.send_signal(signal.SIGTERM)
        out, complaints = watcher.communicate(timeout=60)

    check(*lines, out, complaints)
    assert any(b"missing" in line for line in lines)


def on_a_terminal(script: Path, *arguments: str | Path, columns: int) -> bytes:
    """Run the command on a pseudo-terminal; all that appeared there, without rich's own moves."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, script, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "PYTHONUTF8": "1"},
    ):
        os.close(theirs)
        seen = all_bytes(ours)
    return re.sub(rb"\x1b\[(?!31m)[0-9;?]*[a-zA-Z]|\r", b"", seen)


def test_bars_and_folded_tables_are_clean(script: Path, songs: list[Path], library: Path) -> None:
    scanned = on_a_terminal(script, "scan", library, "--jobs", "1", columns=100)
    dry = on_a_terminal(script, "scan", library, "--jobs", "1", "--dry-run", columns=100)
    folded = on_a_terminal(script, "playlist", "--cadence", "165", columns=50)
    runs = on_a_terminal(script, "undo", "--list", columns=60)

    check(scanned, dry, folded, runs)
    assert b"cannot decode" in scanned
    assert b"Artist" in folded


@pytest.mark.parametrize("sign", KEPT)
def test_what_scripts_and_emoji_are_written_with_stays(sign: str) -> None:
    assert printable(f"a{sign}b") == f"a{sign}b"


@pytest.mark.parametrize("sign", [*map(chr, (*range(32), *range(127, 160))), "\udcff"])
def test_every_control_sign_and_surrogate_is_replaced(sign: str) -> None:
    assert printable(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"
