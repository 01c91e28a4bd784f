"""Settings reach the commands, an option stands above them, and `pacetag config` shows them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from pacetag.tagger.cli import app
from pacetag.tagger.config.table import SETTINGS, Setting

Run = Callable[..., Any]
Write = Callable[[str], Path]

OTHER = {  # a value that is not the default, in TOML and as an option
    "jobs": ("3", ["--jobs", "4"], "3", "4"),
    "nice": ("true", ["--no-nice"], "True", "False"),
    "tags": ("false", ["--tags"], "True", "False"),
    "bpm": ('"if-missing"', ["--bpm", "overwrite"], "if-missing", "overwrite"),
    "quodlibet": ("true", ["--no-quodlibet"], "True", "False"),
    "bpm-range": ('"150..160"', ["--bpm-range", "140-190"], "150-160", "140-190"),
    "pace-values": ('"joined"', ["--pace-values", "separate"], "joined", "separate"),
    "playlist.tolerance": ("0.06", ["--tolerance", "3%"], "0.06", "3%"),
    "playlist.min-confidence": ("0.25", ["--min-confidence", "0.75"], "0.25", "0.75"),
    "playlist.rest": ("5", ["--rest", "7"], "5", "7"),
    "playlist.player": ('"vlc"', ["--player", "mpd"], "vlc", "mpd"),
    "watch.settle": ("2", ["--settle", "3"], "2.0", "3.0"),
    "ignore": ('["a", "b"]', ["--ignore", "c"], "('a', 'b')", "('c',)"),
    "watch.polite": ("true", ["--no-polite"], "True", "False"),
    "watch.sweep": ("2", ["--sweep", "3"], "2.0", "3.0"),
}
FILLED = [setting for setting in SETTINGS if setting.fills and setting.option]
REQUIRED = {"playlist": ["--cadence", "165"], "evaluate": ["set.csv"]}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """What a command gets for its parameters."""
    root: Any = typer.main.get_command(app)

    def run(name: str, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        monkeypatch.setattr(root.commands[name], "callback", lambda **params: found.update(params))
        root.main([name, *REQUIRED.get(name, [str(tmp_path)]), *words], standalone_mode=False)
        return found

    return run


def cases() -> list[tuple[str, Setting, str]]:
    root: Any = typer.main.get_command(app)
    return [
        (name, setting, parameter.name)
        for setting in FILLED
        for name, command in root.commands.items()
        for parameter in command.params
        if setting.option is not None
        and setting.option in parameter.opts
        and setting.table in ("", name)
    ]


def test_every_setting_of_an_option_is_tried() -> None:
    assert {setting.key for setting in FILLED} == set(OTHER)
    assert {"scan", "watch", "playlist", "evaluate", "train"} == {name for name, _, _ in cases()}


@pytest.mark.parametrize(
    ("command", "setting", "name"), cases(), ids=lambda case: getattr(case, "key", str(case))
)
def test_a_setting_in_the_file_replaces_an_option_that_is_not_given(
    command: str,
    setting: Setting,
    name: str,
    given: Callable[..., dict[str, Any]],
    write: Write,
) -> None:
    written, typed, set_to, typed_to = OTHER[setting.key]
    table = f"[{setting.table}]\n" if setting.table else ""
    write(f"{table}{setting.name} = {written}\n")

    assert str(given(command)[name]) == set_to
    assert str(given(command, *typed)[name]) == typed_to


def test_a_variable_overrides_the_file_and_an_option_overrides_both(
    given: Callable[..., dict[str, Any]], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert given("scan")["jobs"] is None
    write("jobs = 3\n")
    assert given("scan")["jobs"] == 3
    monkeypatch.setenv("PACETAG_JOBS", "5")
    assert given("scan")["jobs"] == 5
    assert given("scan", "--jobs", "7")["jobs"] == 7
    assert given("scan", "--jobs", "2")["jobs"] == 2


def test_the_index_of_the_file_is_used_and_not_named_in_advice(
    write: Write,
    make_song: Callable[..., Path],
    library: Path,
    pacetag: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PACETAG_INDEX")
    write(f'index = "{tmp_path}/elsewhere/songs.db"\njobs = 1\n')
    make_song("172.mp3")

    done = pacetag("scan", library)

    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "elsewhere" / "songs.db").exists()
    assert "--index" not in done.output
    assert "172" in pacetag("playlist", "--cadence", "172").stdout


def test_a_log_that_is_set_is_kept_by_every_command_unless_an_option_names_another(
    write: Write, pacetag: Run, tmp_path: Path
) -> None:
    write(f'log-file = "{tmp_path}/set.log"\n')

    pacetag("stats")
    pacetag("stats", "--log-file", tmp_path / "typed.log")

    assert (tmp_path / "set.log").read_text().count(": stats: ") == 1
    assert (tmp_path / "typed.log").read_text().count(": stats: ") == 1


@pytest.fixture
def scanned(make_song: Callable[..., Path], scan_json: Run, library: Path) -> Path:
    """A song of the index."""
    song = make_song("165.mp3")
    scan_json()
    return song


@pytest.mark.parametrize(
    ("table", "typed", "named"),
    [
        ("absolute = true", [], "{music}/165.mp3"),
        ("absolute = true", ["--no-absolute"], "music/165.mp3"),
        ('root-map = ["{music}=/srv"]', [], "/srv/165.mp3"),
        ('root-map = ["{music}=/srv"]', ["--absolute"], "{music}/165.mp3"),
        ('relative-to = "{music}"', [], "165.mp3"),
        ('relative-to = "{music}"', ["--root-map", "{music}=/srv"], "/srv/165.mp3"),
    ],
)
def test_playlists_name_songs_as_is_set_until_it_is_typed_otherwise(
    table: str,
    typed: list[str],
    named: str,
    scanned: Path,
    write: Write,
    pacetag: Run,
    tmp_path: Path,
) -> None:
    music = str(scanned.parent)
    write(f"[playlist]\n{table.replace('{music}', music)}\n")
    words = [word.replace("{music}", music) for word in typed]

    done = pacetag("playlist", "--cadence", "165", "--output", tmp_path / "run.m3u8", *words)
    table_alone = pacetag("playlist", "--cadence", "165")

    assert done.exit_code == table_alone.exit_code == 0, done.stderr + table_alone.stderr
    lines = (tmp_path / "run.m3u8").read_text().splitlines()
    assert lines[-1] == named.replace("{music}", music)


BROKEN = "jbos = 3\nnice = 3\n"


@pytest.mark.parametrize(
    "command",
    [("scan", "LIBRARY"), ("undo", "LIBRARY"), ("set", "SONG", "84"), ("stats",), ("prune",)],
)
def test_a_fault_ends_every_command_before_it_touches_a_song(
    command: tuple[str, ...],
    scanned: Path,
    write: Write,
    pacetag: Run,
    library: Path,
    index_file: Path,
) -> None:
    place = write(BROKEN)
    before = {path: path.read_bytes() for path in (scanned, index_file)}
    words = {"LIBRARY": str(library), "SONG": str(scanned)}

    done = pacetag(*(words.get(word, word) for word in command))

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"pacetag: {place}, line 1: there is no setting `jbos`; did you mean `jobs`? (and 1 more; "
        "`pacetag config` lists them)\n"
    )
    assert {path: path.read_bytes() for path in before} == before


def test_a_variable_that_cannot_be_used_is_named(
    pacetag: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACETAG_JOBS", "many")

    done = pacetag("scan", library)

    assert done.exit_code == 2
    assert done.stderr == (
        'pacetag: the variable PACETAG_JOBS must be a whole number of at least 1, not "many"\n'
    )


def test_help_does_not_look_at_the_file(write: Write, pacetag: Run) -> None:
    write(BROKEN)

    for words in (["--help"], ["scan", "--help"], ["--version"]):
        done = pacetag(*words)
        assert (done.exit_code, done.stderr) == (0, "")


def test_each_setting_is_shown_with_its_value_and_source(
    write: Write, pacetag: Run, monkeypatch: pytest.MonkeyPatch, index_file: Path
) -> None:
    place = write('nice = true\njobs = 3\n[playlist]\nroot-map = ["/a=/b", "/c=/d"]\n')
    monkeypatch.setenv("PACETAG_JOBS", "5")

    done = pacetag("config")

    assert (done.exit_code, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["index", str(index_file), "environment"] in rows
    assert ["nice", "true", "file"] in rows
    assert ["jobs", "5", "environment"] in rows
    assert ["log-count", "5", "default"] in rows
    assert ["playlist.root-map", "/a=/b,", "/c=/d", "file"] in rows
    assert {row[0] for row in rows if row} >= {setting.key for setting in SETTINGS}
    assert done.stdout.splitlines()[-1] == str(place)


def test_json_has_all_of_it_in_one_object(
    write: Write, pacetag: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PACETAG_INDEX")
    place = write("tags = false\n")

    found = json.loads(pacetag("config", "--json").stdout)

    assert (found["file"], found["faults"]) == (str(place), [])
    assert list(found["settings"]) == [setting.key for setting in SETTINGS]
    assert found["settings"]["tags"] == {"value": False, "from": "file"}
    assert found["settings"]["bundle"] == {"value": None, "from": "default"}
    assert found["settings"]["jobs"]["value"] >= 1
    index = tmp_path / "share" / "pacetag" / "index.sqlite3"
    assert found["settings"]["index"] == {"value": str(index), "from": "default"}


def test_the_place_of_the_file_is_all_that_path_prints(
    pacetag: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "config" / "pacetag" / "config.toml"
    assert pacetag("config", "--path").stdout == f"{place}\n"
    assert f"{place}: is not there" in pacetag("config").stdout

    for name in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    done = pacetag("config", "--path")
    assert done.exit_code == 2
    assert "name one in PACETAG_CONFIG" in done.stderr
    assert pacetag("config").exit_code == 0


def test_faults_are_all_listed_below_what_is_right(
    write: Write, pacetag: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(f"{BROKEN}jobs = 2\n")
    monkeypatch.setenv("PACETAG_BPM", "always")

    done = pacetag("config")
    found = json.loads(pacetag("config", "--json").stdout)

    assert done.exit_code == 2
    assert ["jobs", "2", "file"] in [line.split() for line in done.stdout.splitlines()]
    assert ["bpm", "default"] in [line.split()[::2] for line in done.stdout.splitlines()]
    faults = done.stderr.splitlines()
    assert faults == [f"pacetag: {fault}" for fault in found["faults"]]
    assert [fault.partition(": ")[2].split(":")[0] for fault in faults[:2]] == [
        f"{place}, line 1",
        f"{place}, line 2",
    ]
    assert "the variable PACETAG_BPM must be one of never, if-missing, overwrite" in faults[2]


def test_only_the_settings_that_are_named_are_shown(pacetag: Run) -> None:
    found = json.loads(pacetag("config", "--json", "jobs", "playlist.rest").stdout)

    assert list(found["settings"]) == ["jobs", "playlist.rest"]


def test_a_setting_that_there_is_not_is_wrong_usage(pacetag: Run) -> None:
    done = pacetag("config", "jbos")

    assert done.exit_code == 2
    assert done.stderr == "pacetag: there is no setting `jbos`; did you mean `jobs`?\n"
