"""Writable cache folders for the libraries of the extras, for users without a home of their own.

numba, which comes with librosa, refuses to compile where it cannot store the result; matplotlib and
Keras complain. A plain install has none of them.
"""

import atexit
import os
from importlib.util import find_spec
from pathlib import Path

LEAST_ROOM = 64 << 20  # bytes; a cache on a full disk breaks off what it should have sped up
_VARIABLES = ("NUMBA_CACHE_DIR", "MPLCONFIGDIR", "KERAS_HOME")


def use_writable_caches() -> None:
    """Name a private temporary folder to the libraries whose usual place cannot be written.

    It is removed when this process ends; those that it starts use it as well.
    """
    for variable in _VARIABLES:
        if not any(map(_is_writable, _places(variable))):
            folder = _temporary()
            if folder is not None:
                os.environ[variable] = str(Path(folder) / variable.lower())


def _places(variable: str) -> list[str]:
    """Where a library keeps things: as the variable says, else where it would by itself."""
    if named := os.environ.get(variable):
        return [named]
    if variable == "KERAS_HOME":
        return ["~/.keras"]
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    if variable == "MPLCONFIGDIR":
        return [cache]
    librosa = find_spec("librosa")  # numba keeps things beside the code, if it can
    return [cache, *((librosa and librosa.submodule_search_locations) or ())]


def _is_writable(place: str) -> bool:
    """Whether a folder can be written, or made, and has room."""
    folder = Path(os.path.expanduser(place))  # noqa: PTH111 - Path's own can raise
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    import shutil

    try:
        return (
            folder.is_dir()
            and os.access(folder, os.W_OK | os.X_OK)
            and shutil.disk_usage(folder).free >= LEAST_ROOM
        )
    except OSError:
        return False


_MADE: list[str] = []  # the folder of this process, if it has made one


def _temporary() -> str | None:
    if not _MADE:
        import shutil
        import tempfile

        try:
            _MADE.append(tempfile.mkdtemp(prefix="pacetag-caches-"))
        except OSError:  # no place at all; the libraries then say so themselves
            return None
        atexit.register(shutil.rmtree, _MADE[0], ignore_errors=True)
    return _MADE[0]
