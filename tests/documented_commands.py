"""The commands that the documents show: in blocks of code, and within a sentence."""

import re
import shlex
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("model/weights/*/*.md")])
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ )*pacetag (.*)")  # with variables before it


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A command as a page shows it."""

    page: str
    words: tuple[str, ...]  # after `pacetag`
    in_block: bool  # complete, so that it can be typed; else it may stand for more

    def __str__(self) -> str:
        return f"{self.page}: pacetag {shlex.join(self.words)}"


def shown_in(page: Path) -> list[Shown]:
    """Return the commands of a page, in their order, those of the blocks first."""
    text = page.read_text(encoding="utf-8")
    typed = [line for block in BLOCK.findall(text) for line in _lines(block)]
    said = [" ".join(code.split()) for code in CODE.findall(BLOCK.sub("", text))]
    return [
        Shown(page=page.name, words=words, in_block=in_block)
        for lines, in_block in ((typed, True), (said, False))
        for line in lines
        if (found := COMMAND.fullmatch(line)) and (words := _words(found[1]))
    ]


def _lines(block: str) -> list[str]:
    """Return the lines of a block of code, those that go on after a backslash as one."""
    return [line.strip() for line in block.replace("\\\n", " ").splitlines()]


def _words(command: str) -> tuple[str, ...]:
    """Return the words without what is optional, as in `[PATH...]`, up to a comment or a pipe."""
    words = shlex.shlex(command, posix=True, punctuation_chars=";|&>")
    words.whitespace_split = True
    typed = takewhile(lambda word: not set(word) <= set(";|&>"), words)
    return tuple(word for word in typed if not word.startswith("["))
