"""Paths for a person, relative to what the command was given."""

from pathlib import Path

import pytest

from pacetag.tagger.text.paths import ShownPaths


@pytest.mark.parametrize(
    ("named", "path", "shown"),
    [
        (["/home/a/Music"], "/home/a/Music/Rock/01.mp3", "Rock/01.mp3"),
        (["/home/a/Music"], "/home/a/Music2/01.mp3", "/home/a/Music2/01.mp3"),
        (["/home/a/Music"], "/home/a/Music", "Music"),
        (["/home/a/Music/01.mp3"], "/home/a/Music/01.mp3", "01.mp3"),
        (["/home/a/Music", "/disk/More"], "/disk/More/Rock/01.mp3", "More/Rock/01.mp3"),
        (["/home/a/Music", "/disk/Music"], "/disk/Music/01.mp3", "/disk/Music/01.mp3"),
        (["/home/a/Music", "/home/a/Music/Rock"], "/home/a/Music/Rock/01.mp3", "Rock/01.mp3"),
        (["/home/a/Music", "/home/a/Music"], "/home/a/Music/01.mp3", "01.mp3"),
        (["/a/01.mp3", "/b/01.mp3"], "/b/01.mp3", "/b/01.mp3"),
        (["/a/01.mp3", "/b/02.mp3"], "/b/02.mp3", "02.mp3"),
        (["/"], "/home/01.mp3", "home/01.mp3"),
        (["/", "/disk"], "/home/01.mp3", "/home/01.mp3"),
        (["/"], "/", "/"),
        ([], "/home/01.mp3", "/home/01.mp3"),
    ],
)
def test_a_path_is_shown_from_the_folder_that_was_named(
    named: list[str], path: str, shown: str
) -> None:
    assert ShownPaths([Path(each) for each in named]).text(path) == shown
