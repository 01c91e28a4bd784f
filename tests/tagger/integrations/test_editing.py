"""Files of programs are changed by one setting, and keep all else: comments, blanks, line ends."""

import random
import tomllib
from collections.abc import Callable

import pytest
import yaml

from pacetag.tagger.integrations import beets, cmus, kodi, mpd, navidrome, picard, quodlibet
from pacetag.tagger.integrations.program import CannotEditError
from pacetag.tagger.integrations.table import PROGRAMS
from pacetag.tagger.playlist.rules import Rules

RULES = Rules(name="165", paces=[164, 165, 166])
EDITED = {each.name: each.change.edited for each in PROGRAMS if each.change is not None}

NAVIDROME = """# Mine
MusicFolder = '/mnt/music' # where it is

[Tags.rating]
Aliases = ["rating"]
"""
PICARD = """[application]
version=2.8.5.final0

[setting]
clear_existing_tags=true
preserved_tags=@Invalid()
whitelist="a, b"

[persist]
preserved_tags=not this one
"""
MPD = """# My server
music_directory "/music"  # all of it
db_file		"/var/lib/mpd/tag_cache"

input {
        plugin "curl"
}
#sticker_file "/elsewhere"
"""


def edit(name: str, text: str) -> str:
    return EDITED[name](text, RULES)


@pytest.mark.parametrize(
    ("name", "text", "more"),
    [
        ("navidrome", NAVIDROME, 4),
        ("quodlibet", "genre = rock\nRock\n", 2),
        ("mpd", MPD, 1),
        ("cmus", "# mine\nset softvol=true\n\nfset a=bpm>1\n", 1),
        ("beets", "directory: ~/Music # all\n\nimport:\n  copy: no\n", 1),
        ("beets", "plugins:\n- a # first\n- b\n\nimport:\n  copy: no\n", 1),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_added_and_none_is_touched(name: str, text: str, more: int, end: str) -> None:
    before = text.replace("\n", end)

    after = edit(name, before)

    kept = iter(after.split(end))
    assert all(line in kept for line in before.split(end)[:-1])
    assert after.count(end) == before.count(end) + more
    assert after.count("\n") == after.count(end)
    assert edit(name, after) == after


@pytest.mark.parametrize("name", EDITED)
def test_a_file_without_a_line_end_at_its_end_is_no_trap(name: str) -> None:
    text = {"navidrome": "Port = 4533", "mpd": 'db_file "/d/b"', "beets": "library: a.db"}
    text |= {"quodlibet": "a\nb", "cmus": "set a=b", "kodi": "", "picard": "[setting]"}

    after = edit(name, text[name])

    assert after.startswith(text[name])
    assert after.endswith("\n")
    assert edit(name, after) == after


def test_navidrome_gets_the_tag_and_keeps_its_settings() -> None:
    before = tomllib.loads(NAVIDROME)

    after = tomllib.loads(edit("navidrome", NAVIDROME))

    assert after["Tags"].pop("pace") == {
        "Aliases": ["txxx:pace", "pace", "----:com.apple.itunes:pace"],
        "Split": ["/", ";"],
    }
    assert after == before


@pytest.mark.parametrize(
    "text",
    [
        '[Tags.pace]\nAliases = ["pace"]\n',  # without those of other containers
        "[Tags]\npace = {}\n",
        'Tags = { rating = { Aliases = ["r"] } }\n',  # which takes no table below
        "[Tags\n",
        "a = 1\na = 2\n",
        "{}",
    ],
)
def test_settings_of_navidrome_that_say_otherwise_or_cannot_be_read_stay(text: str) -> None:
    with pytest.raises(CannotEditError):
        edit("navidrome", text)


def test_a_tag_of_navidrome_that_does_more_is_enough() -> None:
    text = '[tags.Pace]\nALIASES = ["TXXX:pace", "pace", "----:com.apple.iTunes:pace", "x"]\n'
    text += 'split = [";", "/", ","]\nType = "int"\n'

    assert edit("navidrome", text) == text


def test_the_tags_of_navidrome_are_one_table_in_its_own_case() -> None:
    text = '[tags.rating]\nAliases = ["rating"]\n'

    after = edit("navidrome", text)

    assert after.startswith(text)
    assert set(tomllib.loads(after)["tags"]) == {"rating", "pace"}
    with pytest.raises(CannotEditError):
        edit("navidrome", "[tags.a]\n[Tags.b]\n")


def test_picard_preserves_our_tags_too() -> None:
    after = edit("picard", PICARD)

    old, new = PICARD.splitlines(), after.splitlines()
    assert [n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b] == [5]
    assert new[5] == "preserved_tags=pace, pacetag, quodlibet::pace"


# As Qt 5.15 writes them.
SINGLE = r"@Variant(\0\0\0\t\0\0\0\x1\0\0\0\n\0\0\0\b\0m\0o\0o\0\x64)"
PACE = r"@Variant(\0\0\0\t\0\0\0\x1\0\0\0\n\0\0\0\b\0p\0\x61\0\x63\0\x65)"


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("", []),
        ("@Invalid()", []),
        (SINGLE, ["mood"]),
        (PACE, ["pace"]),
        ("comment, x y,~rating", ["comment", "x y", "~rating"]),
    ],
)
def test_what_picard_preserves_is_read_as_qt_writes_it(value: str, tags: list[str]) -> None:
    assert picard.preserved(value) == tags
    after = edit("picard", f"[setting]\npreserved_tags={value}\n")
    found = picard.preserved(after.partition("preserved_tags=")[2].strip())
    assert found[: len(tags)] == tags
    assert {"pace", "pacetag", "quodlibet::pace"} <= set(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[persist]\na=b\n",
        "[setting]\npreserved_tags=a\npreserved_tags=b\n",
        '[setting]\npreserved_tags="a, b", c\n',
        "[setting]\npreserved_tags=@Variant(\\0\\0\\0\\t\\0\\0\\0\\x2)\n",
        "[setting]\npreserved_tags=@ByteArray(a)\n",
    ],
)
def test_settings_of_picard_that_are_not_understood_stay(text: str) -> None:
    with pytest.raises(CannotEditError):
        edit("picard", text)


def test_the_stickers_of_mpd_lie_beside_its_database() -> None:
    assert 'sticker_file "/var/lib/mpd/sticker.sql"\n' in edit("mpd", MPD)
    block = 'a "b"\ndatabase { # of songs\n  plugin "simple"\n  path "~/.mpd/db"\n}\n'
    assert edit("mpd", block) == (
        'a "b"\nsticker_file "~/.mpd/sticker.sql"\n' + block.removeprefix('a "b"\n')
    )


@pytest.mark.parametrize(
    "text",
    [
        "",  # which does not say where
        'db_file "tag_cache"\n',
        'neighbors {\n plugin "a"\n path "/d/b"\n}\n',
        'db_file "/d/b"\ninclude "more.conf"\nsurprise\n',
        "input {\n more {\n",
        'db_file "/d/b"\ninclude_optional "more.conf"\n',  # which may name stickers, too
    ],
)
def test_settings_of_mpd_that_are_not_understood_stay(text: str) -> None:
    with pytest.raises(CannotEditError):
        edit("mpd", text)


def test_quod_libet_gets_a_query_that_is_there_once() -> None:
    after = edit("quodlibet", "pace = 1\nMine\n")

    assert after == "pace = 1\nMine\npace = /\\b(164|165|166)\\b/\nCadence 165\n"
    renamed = after.replace("Cadence 165", "My run")
    assert edit("quodlibet", renamed) == renamed
    with pytest.raises(CannotEditError):
        edit("quodlibet", "three\nlines\nhere\n")


def test_cmus_gets_a_filter_unless_another_has_its_name() -> None:
    assert edit("cmus", "") == "fset cadence165=bpm>=164&bpm<=166\n"
    with pytest.raises(CannotEditError):
        edit("cmus", "fset cadence165=artist=x\n")
    with pytest.raises(CannotEditError):
        edit("cmus", "#EXTM3U\n/music/a.mp3\n")


def test_a_playlist_of_kodi_that_was_changed_stays() -> None:
    made = edit("kodi", "")

    with pytest.raises(CannotEditError):
        edit("kodi", made.replace("random", "title"))


@pytest.mark.parametrize(
    ("text", "plugins"),
    [
        ("", "pacetag"),
        ("plugins: a\n", "a pacetag"),
        ("plugins:   a b-c   # two\n", "a b-c pacetag"),
        ("plugins: []\n", ["pacetag"]),
        ("plugins: [a, b]  # two\n", ["a", "b", "pacetag"]),
        ("plugins:\n  - a\n  # more\n  - b # last\n", ["a", "b", "pacetag"]),
        ("plugins:\n- a\nimport:\n  plugins: x\n", ["a", "pacetag"]),
        ("x:\n  plugins: y\n", "pacetag"),
        ("plugins: pacetag a\n", "pacetag a"),
        ("plugins: [pacetag]\n", ["pacetag"]),
        ("plugins:\n- pacetag\n", ["pacetag"]),
    ],
)
def test_beets_loads_the_plug_in_in_each_usual_form(text: str, plugins: object) -> None:
    after = edit("beets", text)

    before, found = yaml.safe_load(text) or {}, yaml.safe_load(after)
    assert found.pop("plugins") == plugins
    before.pop("plugins", None)
    assert found == before
    assert after.count("#") == text.count("#")
    assert edit("beets", after) == after


@pytest.mark.parametrize(
    "text",
    [
        "plugins: >\n  a b\n",
        "plugins: [a,\n  b]\n",
        "plugins: 'a b'\n",
        "plugins:\n  a b\n",
        "plugins:\n",
        "plugins:\n- a\n- - b\n",
        "plugins:\n- a\n  b\n",
        "plugins: &all [a]\n",
        "plugins: a\nplugins: b\n",
        '"plugins": a\n',
        "{plugins: a}\n",
        "---\nplugins: a\n",
        "\tplugins: a\n",
        "\ufeffplugins: a\n",
        "  directory: x\n  plugins: a\n",
        "? plugins\n: a\n",
        "!!str plugins: a\n",
    ],
)
def test_yaml_of_other_forms_stays(text: str) -> None:
    with pytest.raises(CannotEditError):
        edit("beets", text)


LINES = [
    *("", "# x", "[setting]", "preserved_tags=a, b", 'db_file "/a/b"', "input {", "}"),
    *("plugins: a", "plugins:", "- a", "  - b", "[Tags]", "pace = 1", "a = 'b'", "x: y"),
    *("set a=b", "fset a=b", "[Tags.pace]", "Aliases = []", "über", "a\x0bb", "a\u2028b"),
]


@pytest.mark.parametrize("name", EDITED)
def test_any_text_is_refused_or_keeps_its_lines_and_is_changed_once(name: str) -> None:
    draw, changed = random.Random(165), 0
    for _ in range(400):
        lines = draw.choices(LINES, k=draw.randint(0, 6))
        end = draw.choice(["\n", "\r\n"])
        text = end.join(lines) + end * draw.randint(0, 1)
        try:
            after = edit(name, text)
        except CannotEditError:
            continue
        changed += after != text
        assert edit(name, after) == after
        left = iter(after.split("\n"))
        gone = [line for line in text.split("\n") if line.rstrip("\r") not in map(bare, left)]
        if gone:  # the one line that was made longer
            assert gone[0].startswith(("preserved_tags", "plugins"))
            assert gone[0].rstrip("\r") in after
    assert changed


def bare(line: str) -> str:
    return line.rstrip("\r")


MODULES: list[Callable[..., str]] = [
    each.lines for each in (beets, cmus, kodi, mpd, navidrome, picard, quodlibet)
]


@pytest.mark.parametrize("lines", MODULES, ids=lambda each: each.__module__.rpartition(".")[2])
def test_the_lines_to_add_by_hand_are_what_it_would_add(lines: Callable[..., str]) -> None:
    name = lines.__module__.rpartition(".")[2]
    base = {"picard": "[setting]\n", "mpd": 'db_file "/var/lib/mpd/db"\n'}.get(name, "")

    added = lines(RULES).removeprefix(base)

    assert edit(name, base) == base + added
