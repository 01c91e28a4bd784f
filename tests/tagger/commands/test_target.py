"""`playlist --to` and `pacetag target`: songs on a player, and what would fail there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tagger.indexed_songs import IndexedSong, store_songs

Run = Callable[..., Any]
Write = Callable[[str], Path]
PACES = {"near": 165.2, "slow": 158.0, "off": 150.0}


@pytest.fixture
def player(tmp_path: Path) -> Path:
    folder = tmp_path / "player"
    folder.mkdir()
    return folder


@pytest.fixture
def songs(index_file: Path, make_song: Callable[..., Path]) -> dict[str, Path]:
    """Three songs whose paces the index has."""
    paths = {name: make_song(f"{name}.flac") for name in PACES}
    store_songs(
        index_file,
        [
            IndexedSong(path=path, title=name, bpm=PACES[name], seconds=0.5)
            for name, path in paths.items()
        ],
    )
    return paths


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_a_playlist_is_copied_with_its_songs_and_again_only_what_changed(
    songs: dict[str, Path], player: Path, write: Write, pacetag: Run
) -> None:
    write(f'[target.watch]\npath = "{player}"\nnumbered = true\nplaylist = "run.m3u8"\n')
    command = ("playlist", "--cadence", "165", "--tolerance", "5%", "--limit", "9", "--to", "watch")

    first = pacetag(*command)
    again = pacetag(*command, "--json")

    assert first.exit_code == 0, first.output
    assert f"watch ({player}): 2 songs copied, 0 there already" in first.stderr
    assert names(player) == ["01 Artist of near - near.flac", "02 Artist of slow - slow.flac",
                             "run.m3u8"]  # fmt: skip
    value = json.loads(again.stdout)["target"]
    assert (value["copied"], value["kept"]) == ([], names(player)[:2])  # they do not rest
    assert (value["name"], value["path"]) == ("watch", str(player))
    assert "2 there already" in again.stderr


def test_songs_of_a_playlist_on_a_player_rest_in_the_next_one(
    songs: dict[str, Path], player: Path, write: Write, pacetag: Run
) -> None:
    write(f'[target.watch]\npath = "{player}"\n')
    pacetag("playlist", "--cadence", "165", "--limit", "1", "--to", "watch")

    other = pacetag("playlist", "--cadence", "165", "--limit", "9", "--json")

    assert json.loads(other.stdout)["resting"] == 1


def test_a_target_that_stretches_takes_songs_that_are_further_off(
    songs: dict[str, Path], player: Path, write: Write, pacetag: Run
) -> None:
    write(f'[target.watch]\npath = "{player}"\nstretch = "6%"\n')
    command = ("playlist", "--cadence", "165", "--tolerance", "2%", "--to", "watch")

    done = pacetag(*command)

    assert done.exit_code == 0, done.output
    assert names(player) == ["Artist of near - near.flac", "Artist of slow - slow.flac"]
    near, slow = (player / name for name in names(player))
    assert near.read_bytes() == songs["near"].read_bytes()
    assert slow.read_bytes() != songs["slow"].read_bytes()
    pacetag(*command, "--stretch", "10%")
    assert "Artist of off - off.flac" in names(player)


def test_a_dry_run_says_what_would_be_done(
    songs: dict[str, Path], player: Path, write: Write, pacetag: Run
) -> None:
    write(f'[target.watch]\npath = "{player}"\nclean = true\n')
    pacetag("playlist", "--cadence", "150", "--to", "watch")

    done = pacetag("playlist", "--cadence", "165", "--to", "watch", "--dry-run")

    assert done.exit_code == 0, done.output
    assert "would be copied: Artist of near - near.flac" in done.stderr
    assert "would be removed: Artist of off - off.flac" in done.stderr
    assert names(player) == ["Artist of off - off.flac"]


def test_a_training_may_name_a_target(
    songs: dict[str, Path], player: Path, write: Write, pacetag: Run
) -> None:
    write(
        f'[target.watch]\npath = "{player}"\n'
        '[training.easy]\nplan = "1s@165"\ntarget = "watch"\n'
        '[training.lost]\nplan = "1s@165"\ntarget = "wach"\n'
    )

    assert pacetag("playlist", "easy").exit_code in (0, 1)
    assert names(player)
    lost = pacetag("playlist", "lost")
    assert lost.exit_code == 2
    assert "there is no target `wach`; did you mean `watch`?" in lost.stderr
    checked = pacetag("training", "check")
    assert "[training.lost] target: there is no [target.wach]; write one, or a path" in (
        checked.stdout
    )


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ("clean = true", 2, "[target.watch]: there is no path: write path ="),
        ('path = "{player}/none"', 1, "connect the player of target `watch`"),
        ('path = "{music}"', 1, "holds songs that the index knows, such as"),
        ('path = "{music}/near.flac"', 1, "is no folder"),
        ('path = "music"', 2, "must be an absolute path"),
        ('path = "{player}"\nmax_size = "much"', 2, "must be a size such as"),
        ('path = "{player}"\nformat = "wav"', 2, "must be one of keep, mp3, opus, m4a, flac"),
        ('path = "{player}"\nplaylist = "../run.m3u8"', 2, "must be the name of a playlist file"),
        ('path = "{player}"\nstretch = "30%"', 2, "must be above 0 and at most 20%"),
        ('path = "{player}"\nclaen = true', 2, "did you mean `clean`?"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    songs: dict[str, Path],
    player: Path,
    library: Path,
    write: Write,
    pacetag: Run,
    keys: str,
    code: int,
    said: str,
) -> None:
    write(f"[target.watch]\n{keys.format(player=player, music=library)}\n")

    done = pacetag("playlist", "--cadence", "165", "--to", "watch")

    assert done.exit_code == code
    assert said in " ".join(done.stderr.split())
    assert names(player) == []


def test_targets_are_listed(player: Path, write: Write, pacetag: Run) -> None:
    assert "write [target.watch]" in pacetag("target", "list").stdout
    write(f'[target.watch]\npath = "{player}"\nformat = "mp3"\nmax_size = "2GB"\nclean = true\n')

    done = pacetag("target", "list")
    value = json.loads(pacetag("target", "list", "--json").stdout)

    assert done.exit_code == 0
    assert "as mp3, cleaned, at most 2 GB" in done.stdout
    assert value["targets"][0]["max_size"] == 2 * 10**9
    assert value["faults"] == []


@pytest.mark.parametrize(
    ("keys", "code", "said"),
    [
        ('path = "{player}"', 0, "1 target is right."),
        ('path = "{player}/none"', 1, "connect the player"),
        ('format = "mp3"', 2, "there is no path"),
        ('path = "{player}"\nsize = 3', 2, "there is no setting `size` in [target.watch]"),
    ],
)
def test_what_would_fail_is_said(
    player: Path, write: Write, pacetag: Run, keys: str, code: int, said: str
) -> None:
    write(f"[target.watch]\n{keys.format(player=player)}\n")

    done = pacetag("target", "check")

    assert done.exit_code == code, done.output
    assert said in done.stdout
    faults = json.loads(pacetag("target", "check", "--json").stdout)["faults"]
    assert (said in "\n".join(faults)) == (code > 0)
