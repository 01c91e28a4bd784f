"""Words that were replaced do not come back: docs/glossary.md has those that are used."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLACES = ("*.md", "docs/*.md", "model/**/*.md", "model/**/*.py", "db/**/*.py", "tagger/**/*.py")
FILES = sorted({path for place in (*PLACES, "tests/**/*.py") for path in ROOT.glob(place)})
# Old word or phrase -> what is said instead. Words are found in names too: `find_habits`,
# `HabitFinder`; those with a capital are names themselves. ADD HERE what a renaming has replaced.
REPLACED = {
    "acceptance": "tempo prior",
    "bury": "reap",
    "for ever": "without end",
    "front door": "entry point",
    "glance": "probe excerpt",
    "glances": "probe excerpts",
    "Glimpse": "SongStatus",
    "habit": "tempo prior",
    "HeardTempo": "Pace",
    "hire": "spawn",
    "hopeless": "pruned",
    "JudgedTempo": "Pace",
    "levelling": "decision threshold",
    "listening rounds": "schedule",
    "neper": "natural-log unit, or log-odds",
    "nepers": "natural-log units, or log-odds",
    "nought": "0, or zero",
    "somebody": "a person, or someone",
    "whoever": "the person who",
    "clarity": "self-similarity, or clip weight",
    "PaceRecord": "Pace",
    "pupil": "student",
    "pupils": "students",
    "steadiness": "tempo stability",
    "stranger": "another program, or another user",
    "strangers": "externally changed",
    "TaggedPace": "Pace",
    "the like of": "such as",
    "what came of it": "its result",
}
# Where an old word may stand: in what was published or measured under it, or for another meaning.
ALLOWED: Mapping[str, set[str]] = {
    "db/migrations.py": {"steadiness"},  # the name of a released step
    "db/steps.py": {"steadiness"},
    "tests/db/test_migrations.py": {"steadiness"},
    "tests/tagger/test_read_only_index.py": {"steadiness"},
    "tests/test_docs_words.py": set(REPLACED),
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def old_words(text: str) -> Iterator[str]:
    """The old words of a text: whole ones, parts of names, names, and phrases over line ends."""
    single = {word.lower() for word in WORD.findall(text)}
    names = set(re.findall(r"\w+", text))
    running = " ".join(re.sub(r"[#>*`\"]", " ", text).lower().split())
    for old in REPLACED:
        if old in (single if old.islower() else names) or (
            " " in old and re.search(rf"\b{re.escape(old)}\b", running)
        ):
            yield old


def test_old_words_do_not_come_back() -> None:
    found = []
    for path in FILES:
        name = path.relative_to(ROOT).as_posix()
        allowed = ALLOWED.get(name, set())
        for old in old_words(path.read_text(encoding="utf-8")):
            if old not in allowed:
                found.append(f"{name}: {old!r}; say {REPLACED[old]!r}")

    assert not found, "\n".join(found)


def test_nothing_is_allowed_that_is_not_there() -> None:
    for name, words in ALLOWED.items():
        assert words <= set(old_words((ROOT / name).read_text(encoding="utf-8"))), name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("find_habit(song)", ["habit"]),
        ("class HabitFinder:", ["habit"]),
        ("# Files, the\n# like of these.", ["the like of"]),
        ("inhabit the habitat", []),
        ("list[JudgedTempo]", ["JudgedTempo"]),
        ("a judged tempo", []),
    ],
)
def test_old_words_are_found_in_names_and_across_lines(text: str, found: list[str]) -> None:
    assert list(old_words(text)) == found
