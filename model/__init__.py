"""The model: sound in, paces out. Imports neither tagger nor db.

    from pacetag.model import Judge

    analysis = Judge().file("song.mp3")

`docs/library.md` explains it. Names are imported when they are first used, so that
`import pacetag.model` alone loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pacetag.model.beats.beats import Beats
    from pacetag.model.errors import (
        BundleError,
        DecodeError,
        ModelError,
        ReadError,
        TooShortError,
    )
    from pacetag.model.judge import Judge
    from pacetag.model.judgement import Analysis, Pace

    __version__: str

__all__ = [
    "Analysis",
    "Beats",
    "BundleError",
    "DecodeError",
    "Judge",
    "ModelError",
    "Pace",
    "ReadError",
    "TooShortError",
    "__version__",
]

_HOMES = {  # all others: errors
    "Analysis": "judgement",
    "Beats": "beats.beats",
    "Judge": "judge",
    "Pace": "judgement",
}

if not TYPE_CHECKING:  # for which every name would exist

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name == "__version__":
            from importlib.metadata import version

            found: object = version("pacetag")
        else:
            found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
