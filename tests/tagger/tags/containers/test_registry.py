"""The registry of containers: its rows lead somewhere, and loading it is cheap."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields

import pytest

from pacetag.tagger.tags.containers.container import Container, load
from pacetag.tagger.tags.containers.registry import CONTAINERS, by_kind, by_magic
from pacetag.tagger.tags.fields import FIELDS
from pacetag.tagger.tags.mutagen_io import open_audio
from tests.tagger.tags.conftest import Song
from tests.tagger.tags.making import TITLES


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.name)
def test_every_name_in_a_row_leads_to_a_function_or_class(container: Container) -> None:
    names = [getattr(container, each.name) for each in fields(container)]
    found = [load(name) for name in names if isinstance(name, str) and ":" in name]

    assert found
    assert all(map(callable, found))


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.name)
def test_a_container_is_written_or_its_row_says_why_not(container: Container) -> None:
    assert bool(container.layout) != bool(container.only_read)


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.name)
def test_a_row_is_found_by_its_class(container: Container) -> None:
    assert by_kind(load(container.kind)) is container


def test_no_suffix_is_in_two_rows() -> None:
    found = [suffix for each in CONTAINERS for suffix in (*each.suffixes, *each.rare)]

    assert len(found) == len(set(found))


@pytest.mark.parametrize("kind", TITLES)
def test_a_song_is_of_the_row_that_has_its_suffix(
    kind: str, copy_of: Callable[[str], Song]
) -> None:
    song = copy_of(kind)

    container = by_kind(type(open_audio(song.path)))

    assert container is not None
    suffix = song.path.suffix.removeprefix(".")
    assert suffix in (*container.suffixes, *container.rare) or container.name == "Ogg FLAC"


def test_each_family_is_a_column_of_the_field_table() -> None:
    families = {each.family for each in CONTAINERS if each.layout}

    assert all(field.called(family) for field in FIELDS.values() for family in families)
    assert "" not in families


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.name)
def test_magic_bytes_tell_a_container_from_all_others(container: Container) -> None:
    for magic in container.magic:
        head = bytes(magic.place) + magic.what.ljust(16 - magic.place, b"\xaa")

        found = by_magic(head)

        assert found is not None
        assert found.magic == container.magic


def test_the_suffixes_are_known_without_mutagen() -> None:
    code = (
        "import sys; from pacetag.tagger.library.walk import walk; print('mutagen' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
