"""TAB in a real shell offers commands, options, and names of the settings and the index."""

import errno
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pacetag.db.health import opened_unchanged
from pacetag.db.index import SongIndex
from pacetag.db.kept import KeptPlaylist
from pacetag.db.records import NEVER, SongRecord
from pacetag.db.words import words
from pacetag.model.judgement import Analysis
from pacetag.tagger.cli import app
from pacetag.tagger.commands.shells import bash_word, zsh_word

BIN = Path(sys.executable).parent
READY = "ready:"  # the prompt
SONGS = (
    ("Pacers", "First; Miles", "Hip Hop; Rock"),
    ("Pete & the $Strides", "Second", "Rock"),
    ("Zoë", "100% Uphill", "Drum'n'Bass"),
)


@pytest.fixture
def home(tmp_path: Path, index_file: Path) -> Path:
    """A home with settings, and an index that knows some songs and a kept playlist."""
    config = tmp_path / "config/pacetag/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        "[training.tempo-run]\nplan = '20m@170'\n[training.long]\nplan = '60m@160'\n"
        f"[target.watch]\npath = '{tmp_path}'\n"
    )
    with SongIndex.open(index_file) as index:
        for number, (artist, album, genre) in enumerate(SONGS):
            index.store(
                SongRecord(
                    path=f"/music/{number}.mp3",
                    stamp=NEVER,
                    fingerprint=str(number),
                    title=None,
                    artist=artist,
                    album=album,
                    genre=genre,
                    bundle=None,
                    analysis=Analysis(paces=(), duration=180.0),
                )
            )
        index.kept.keep(
            KeptPlaylist(target="/lists/easy.m3u8", folder="/lists", arguments=(), hash="")
        )
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs/a song.mp3").touch()
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    path = os.pathsep.join((str(BIN), os.environ["PATH"]))
    more = {"PATH": path, "HOME": str(home), "PS1": READY, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    return {**os.environ, **more}


class Terminal:
    """A shell on a terminal, to which keys are sent."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self._ours, theirs = pty.openpty()
        self._shell = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(home),
            cwd=home,
            start_new_session=True,
        )
        os.close(theirs)

    def send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, pattern: str) -> str:
        """What is shown until the pattern is."""
        seen = ""
        end = time.monotonic() + 30
        while time.monotonic() < end and not re.search(pattern, seen):
            if select.select([self._ours], [], [], 0.5)[0]:
                try:
                    seen += os.read(self._ours, 65_536).decode("utf-8", "replace")
                except OSError:
                    break
        assert re.search(pattern, seen), seen
        return seen

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self._ours)


def completed(terminal: Terminal, line: str) -> list[str]:
    """The words of a line after TAB was pressed at its end, as the shell then reads them."""
    terminal.send(f"{line}\t")
    terminal.send("\x01printf '<%s>\\n' \x05 ;echo do''ne\n")  # ^A to the start, ^E to the end
    shown = terminal.until(r"(?m)^done\r?$")
    return re.findall(r"(?m)^<(.*)>\r?$", shown)


IN_EVERY_SHELL = [
    ("pacetag training show te", ["pacetag", "training", "show", "tempo-run"]),
    ("pacetag playlist --genre Dr", ["pacetag", "playlist", "--genre", "Drum'n'Bass"]),
    ("pacetag playlist --artist Pe", ["pacetag", "playlist", "--artist", "Pete & the $Strides"]),
    ("pacetag show songs/a", ["pacetag", "show", "songs/a song.mp3"]),
]
IN_BASH = [
    *IN_EVERY_SHELL,
    ("pacetag playlist --genre Hip\\ H", ["pacetag", "playlist", "--genre", "Hip Hop"]),
    ('pacetag playlist --genre "Hip H', ["pacetag", "playlist", "--genre", "Hip Hop"]),
]


def test_bash_completes_what_it_is_asked(home: Path) -> None:
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], home)
    try:
        terminal.until(READY)
        terminal.send("bind 'set bell-style none'; eval \"$(pacetag --show-completion bash)\"\n")
        found = {line: completed(terminal, line) for line, _ in IN_BASH}
    finally:
        terminal.close()

    assert found == dict(IN_BASH)


@pytest.mark.outside("zsh")
def test_zsh_completes_what_it_is_asked(home: Path) -> None:
    terminal = Terminal(["zsh", "-f", "-i"], home)
    try:
        terminal.until(READY)
        terminal.send(
            'autoload -Uz compinit; compinit -u -D; eval "$(pacetag --show-completion zsh)"\n'
        )
        found = {line: completed(terminal, line) for line, _ in IN_EVERY_SHELL}
    finally:
        terminal.close()

    assert found == dict(IN_EVERY_SHELL)


@pytest.mark.outside("fish")
def test_fish_completes_what_it_is_asked(home: Path) -> None:
    asked = "; ".join(f"echo; complete -C '{line}'" for line, _ in IN_EVERY_SHELL[:3])
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"pacetag --show-completion fish | source; {asked}"],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )

    offered = [part.split("\t")[0].strip() for part in done.stdout.split("\n\n")]
    assert offered == [words[-1] for _, words in IN_EVERY_SHELL[:3]]


def asked(words_so_far: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    """What the program answers bash."""
    words_so_far = words_so_far.replace(" ", "\n")
    monkeypatch.setenv("_PACETAG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words_so_far)
    monkeypatch.setenv("COMP_CWORD", str(words_so_far.count("\n")))
    return CliRunner().invoke(app, prog_name="pacetag")


@pytest.mark.parametrize(
    ("words_so_far", "offered"),
    [
        ("prob", ["problems"]),
        ("--ver", ["--version", "--verbose"]),
        ("playlist ", ["long", "tempo-run"]),
        ("playlist --to ", ["watch"]),
        ("target check ", ["watch"]),
        ("config playlist.re", ["playlist.rest", "playlist.relative-to"]),
        ("playlist --intensity ", ["easy", "hard", "steady"]),
        ("playlist --player ", ["mpv", "vlc", "mpd"]),
        ("playlist --copies-format ", ["flac", "mp3", "opus", "m4a"]),
        ("service un", ["uninstall"]),
        ("playlist --album ", ["100%\\ Uphill", "First", "Miles", "Second"]),
        ("playlist --genre H --artist ", ["Pacers", "Pete\\ \\&\\ the\\ \\$Strides", "Zoë"]),
        ("playlist --output ", ["/lists/easy.m3u8"]),
        ("playlist --output ./", []),
        ("scan ", []),  # so that the shell offers files
    ],
)
def test_names_are_offered_where_they_fit(
    words_so_far: str, offered: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asked(f"pacetag {words_so_far}", monkeypatch)

    assert sorted(done.stdout.split("\n")) == sorted([*offered, ""] if offered else ["", ""])


@pytest.mark.parametrize("content", [None, b"no database" * 999])
def test_an_index_that_cannot_be_asked_offers_nothing_and_says_nothing(
    content: bytes | None, home: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_file.unlink()
    if content is not None:
        index_file.write_bytes(content)

    done = asked("pacetag playlist --genre R", monkeypatch)

    assert (done.stdout.strip(), done.stderr) == ("", "")
    assert (index_file.read_bytes() if index_file.exists() else None) == content


def test_broken_settings_offer_nothing_and_say_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config/pacetag/config.toml").write_text("[training.a\n")

    done = asked("pacetag playlist --to ", monkeypatch)

    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_completing_a_genre_loads_nothing_heavy(home: Path) -> None:
    program = (
        "import atexit, sys\n"
        "heavy = {'numpy', 'rich', 'mutagen', 'sqlite_utils', 'watchdog', 'av'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules))))\n"
        "from pacetag.tagger.cli import app\n"
        "app(prog_name='pacetag')"
    )
    variables = {
        "_PACETAG_COMPLETE": "complete_bash",
        "COMP_WORDS": "pacetag\nplaylist\n--genre\nR",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment(home), **variables},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "Rock\n[]\n"


def test_an_index_that_is_typed_is_asked(
    home: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = home / "other.sqlite3"
    index_file.rename(other)

    assert asked("pacetag playlist --genre R", monkeypatch).stdout.strip() == ""
    done = asked(f"pacetag playlist --index {other} --genre R", monkeypatch)
    assert done.stdout.split() == ["Rock"]


def test_words_of_a_column_are_found_by_their_beginning(home: Path, index_file: Path) -> None:
    with opened_unchanged(index_file) as index:
        assert words(index, index_file, "genre", "") == ["Drum'n'Bass", "Hip Hop", "Rock"]
        assert words(index, index_file, "album", "100%") == ["100% Uphill"]
        assert words(index, index_file, "album", "%") == []
        assert words(index, index_file, "artist", "pacers") == []
        with pytest.raises(ValueError, match="path is not one of album, artist, genre"):
            words(index, index_file, "path", "")


def test_a_large_index_is_read_for_a_moment_only(
    home: Path, index_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pacetag.db import words as module

    monkeypatch.setattr(module, "LONGEST", -1.0)
    monkeypatch.setattr(module, "_EVERY", 1)

    with opened_unchanged(index_file) as index:
        assert words(index, index_file, "genre", "") == []


@pytest.mark.parametrize(
    ("text", "bash", "zsh"),
    [
        ("Rock", "Rock", "$'Rock'"),
        ("A  b", "A\\ \\ b", "$'A\\x20\\x20b'"),
        ("O'K $x*", "O\\'K\\ \\$x\\*", "$'O\\'K\\x20$x*'"),
        ("a\\b", "a\\\\b", "$'a\\\\b'"),
    ],
)
def test_words_are_quoted_as_each_shell_takes_them(text: str, bash: str, zsh: str) -> None:
    assert (bash_word(text), zsh_word(text)) == (bash, zsh)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/h/.bashrc"), "/h/.bashrc: Perm"),
        (UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid"), "is no text in UTF-8"),
    ],
)
def test_completion_that_cannot_be_installed_is_said_in_a_sentence(
    error: Exception, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("typer.completion.install", fail)

    done = CliRunner().invoke(app, ["--install-completion"])

    assert done.exit_code == 1
    assert done.stderr.startswith("pacetag: completion cannot be installed (")
    assert why in done.stderr
    assert "`pacetag --show-completion` prints the script" in done.stderr
