"""All programs, one row each: help, documents and tests go by this table."""

import difflib

from pacetag.tagger.errors import UsageError
from pacetag.tagger.integrations.beets import BEETS
from pacetag.tagger.integrations.cmus import CMUS
from pacetag.tagger.integrations.kodi import KODI
from pacetag.tagger.integrations.mpd import MPD
from pacetag.tagger.integrations.navidrome import NAVIDROME
from pacetag.tagger.integrations.picard import PICARD
from pacetag.tagger.integrations.program import Program
from pacetag.tagger.integrations.quodlibet import QUODLIBET
from pacetag.tagger.integrations.readers import FOOBAR2000, MIXXX, RHYTHMBOX, STRAWBERRY

PROGRAMS = (
    *(NAVIDROME, QUODLIBET, MPD, PICARD, BEETS, CMUS, KODI),
    *(FOOBAR2000, MIXXX, STRAWBERRY, RHYTHMBOX),
)
_BY_NAME = {program.name: program for program in PROGRAMS}


def program_named(name: str) -> Program:
    """Return a program by its name, in any case and with blanks. Raises UsageError."""
    typed = "".join(name.lower().split())
    if typed in _BY_NAME:
        return _BY_NAME[typed]
    near = difflib.get_close_matches(typed, _BY_NAME, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(_BY_NAME)}"
    raise UsageError(f"`{name}` is no program that pacetag knows; {hint}")
