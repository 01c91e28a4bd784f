"""Plans as people write them: "10m@150 20m@165 5x(1m@180 1m@160) 5m@140".

    plan   = item, further items after blanks or commas
    item   = block | N x item | ( plan ) | name
    block  = duration @ cadence, or duration @ cadence-cadence, which changes evenly; a word behind
             it says how intense its songs are: easy, steady or hard
    name   = of a part, or of another training, whose plan stands there

Durations have all forms of `duration.parse_duration`.
"""

import difflib
import re
from collections.abc import Callable, Mapping

from pacetag.db.bins import HIGHEST, LOWEST
from pacetag.tagger.playlist.duration import parse_duration
from pacetag.tagger.playlist.intensity import WORDS, Asked
from pacetag.tagger.sessions.asked import with_asked
from pacetag.tagger.sessions.plan import LONGEST, MOST_BLOCKS, Block, Plan
from pacetag.tagger.sessions.plan_errors import PlanError

EXAMPLE = "10m@150 20m@165 5x(1m@180 1m@160)"
DEEPEST = 50  # parts and brackets within each other

_BLANK = re.compile(r"[\s,;]*")
_REPEAT = re.compile(r"([0-9]{1,6})\s*[x×*]\s*(?=[(\w])", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d][\w-]*")
_TIME = re.compile(r"[^@()]*@\s*")
_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_CADENCE = re.compile(rf"({_NUMBER})(?:\s?(?:-|–|\.\.|->|→)\s?({_NUMBER}))?(?=[\s,;()]|$)")
_WORD = re.compile(r"[^\s,;()]+|[()]")
_ASKED = re.compile(rf"\s+({'|'.join(WORDS)})(?![\w-])", re.IGNORECASE)


def parse_plan(
    text: str, parts: Mapping[str, str] | None = None, *, name: str | None = None
) -> Plan:
    """Return the plan that a text writes down; names in it are looked up in `parts`.

    `name` is that of the plan itself, which no part may hold again. Raises PlanError.
    """
    blocks = _Reader(text, parts or {}, () if name is None else (name,)).plan()
    if sum(block.seconds for block in blocks) > LONGEST:
        raise PlanError("the plan lasts longer than a day", text, 0, len(text))
    return Plan(blocks=with_asked(blocks))


class _Reader:
    """Reads one text from its begin to its end."""

    def __init__(self, text: str, parts: Mapping[str, str], within: tuple[str, ...]) -> None:
        self._text, self._parts, self._within = text, parts, within
        self._at = self._depth = 0

    def plan(self) -> list[Block]:
        """Return all blocks. Raises PlanError."""
        blocks = self._items(None)
        if not blocks:
            raise PlanError(f"the plan is empty: write {EXAMPLE}", self._text, 0, len(self._text))
        return blocks

    def _items(self, opened: int | None) -> list[Block]:
        """Return the blocks up to the end, or to the bracket that closes the one at `opened`."""
        blocks: list[Block] = []
        while True:
            self._skip(_BLANK)
            if self._at == len(self._text):
                if opened is not None:
                    raise self._error("this bracket is not closed", opened, opened + 1)
                return blocks
            if self._text[self._at] == ")":
                if opened is None:
                    raise self._error("there is no bracket to close", self._at, self._at + 1)
                self._at += 1
                return blocks
            blocks += self._item()
            if len(blocks) > MOST_BLOCKS:
                raise self._error(f"more than {MOST_BLOCKS} blocks", 0, len(self._text))

    def _item(self) -> list[Block]:
        start = self._at
        if found := self._skip(_REPEAT):
            times = int(found[1])
            if not times:
                raise self._error("0 times is no time at all", start, self._at)
            inner = self._deeper(self._item)
            if times * len(inner) > MOST_BLOCKS:
                raise self._error(f"makes more than {MOST_BLOCKS} blocks", start, self._at)
            return times * inner
        if self._text[start] == "(":
            self._at += 1
            blocks = self._deeper(lambda: self._items(start))
            if not blocks:
                raise self._error("there is nothing in the brackets", start, self._at)
            return blocks
        if found := self._skip(_NAME):
            return self._named(found[0], start)
        return [self._block()]

    def _deeper(self, read: Callable[[], list[Block]]) -> list[Block]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error("too many brackets within each other", self._at, self._at + 1)
        blocks = read()
        self._depth -= 1
        return blocks

    def _named(self, name: str, start: int) -> list[Block]:
        """Return the blocks of a part."""
        end = self._at
        if name in self._within:
            way = " → ".join([*self._within[self._within.index(name) :], name])
            raise self._error(f"`{name}` holds itself: {way}", start, end)
        if name not in self._parts:
            if name.lower() in WORDS:
                said = f"`{name}` stands behind a block: write 10m@165 {name.lower()}"
                raise self._error(said, start, end)
            near = difflib.get_close_matches(name, [*self._parts, *WORDS], n=1)
            hint = f"; did you mean `{near[0]}`?" if near else f": write {EXAMPLE}"
            raise self._error(f"there is no part or training `{name}`{hint}", start, end)
        if len(self._within) >= DEEPEST:
            raise self._error("too many parts within each other", start, end)
        try:
            return _Reader(self._parts[name], self._parts, (*self._within, name)).plan()
        except PlanError as error:
            raise error.within(name) from None

    def _block(self) -> Block:
        start = self._at
        time = self._skip(_TIME)
        if time is None:
            raise self._no_cadence(start)
        seconds = self._seconds(start, time[0].rstrip().removesuffix("@").rstrip())
        at = self._at
        cadence = self._skip(_CADENCE)
        if cadence is None:
            word = _WORD.match(self._text, at)
            end = at if word is None else word.end()
            said = f"{self._text[at:end]!r} is no cadence" if end > at else "the cadence is missing"
            raise self._error(f"{said}: write 10m@165, or 10m@150-165 to rise", at, end)
        for group in (1, 2):
            if cadence[group] and not LOWEST <= float(cadence[group]) <= HIGHEST:
                raise self._error(
                    f"a cadence must be from {LOWEST} to {HIGHEST} steps a minute",
                    cadence.start(group),
                    cadence.end(group),
                )
        first = float(cadence[1])
        last = float(cadence[2] or first)
        return Block(seconds=seconds, first=first, last=last, asked=self._asked())

    def _asked(self) -> Asked | None:
        """Return the intensity that a word asks for; a part of that name stands above it."""
        found = _ASKED.match(self._text, self._at)
        if found is None or found[1] in self._parts:
            return None
        self._at = found.end()
        return WORDS[found[1].lower()]

    def _seconds(self, start: int, written: str) -> float:
        """Return the duration of a block, whose first word may be a block without a cadence."""
        if not written:
            raise self._error("the duration is missing: write 10m@165", start, start + 1)
        try:
            return parse_duration(written)
        except ValueError as error:
            if len(written.split()) > 1:
                raise self._no_cadence(start) from None
            raise self._error(str(error), start, start + len(written)) from None

    def _no_cadence(self, start: int) -> PlanError:
        """Return what is wrong with a word that should begin a block."""
        word = _WORD.match(self._text, start)
        end = start + 1 if word is None else word.end()
        written = self._text[start:end]
        try:
            parse_duration(written)
        except ValueError:
            return self._error(f"{written!r} is no block: write 10m@165", start, end)
        return self._error(f"{written!r} has no cadence: write {written}@165", start, end)

    def _skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _error(self, reason: str, start: int, end: int) -> PlanError:
        return PlanError(reason, self._text, start, end)
