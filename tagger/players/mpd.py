"""Add a playlist to what a running MPD plays, and play the first song of it."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pacetag.tagger.config.environment import variable
from pacetag.tagger.errors import MissingExtraError, TaggerError
from pacetag.tagger.players.mpd_library import names_in_mpd
from pacetag.tagger.playlist.tracks import Track

EXTRA = "mpd"
TIMEOUT = 10.0  # s for an answer
PORT = 6600
_PASSWORD = (3, 4)  # MPD's numbers for a wrong password, and for a command that needs one
SOCKETS = ("/run/mpd/socket", "~/.config/mpd/socket", "~/.mpd/socket")


@dataclass(kw_only=True)
class Added:
    """What was added to the queue."""

    songs: int = 0
    outside: list[str] = field(default_factory=list)  # paths that MPD does not have


def has_library() -> bool:
    """Whether the package that speaks to MPD is installed."""
    return find_spec("mpd") is not None


def add_to_mpd(tracks: Sequence[Track]) -> Added:
    """Add tracks after what is in MPD's queue, and play the first of them.

    Raises MissingExtraError, or TaggerError where there is no MPD that answers.
    """
    with answering("--player mpd") as client:
        return _add(client, tracks)


def _add(client: Any, tracks: Sequence[Track]) -> Added:
    found, first = Added(), None
    names = names_in_mpd(client, [track.song.path for track in tracks], None)
    for track in tracks:
        name = names.get(track.song.path)
        if name is None:
            found.outside.append(track.song.path)
            continue
        number = client.addid(name)
        if track.is_cut or track.begins:
            end = f"{track.ends:g}" if track.is_cut else ""
            client.rangeid(number, f"{track.begins:g}:{end}")
        found.songs += 1
        first = number if first is None else first
    if first is not None:
        client.playid(first)
    return found


@contextmanager
def answering(what: str) -> Iterator[Any]:
    """Yield a client of MPD for `what` a person typed.

    Raises MissingExtraError, or TaggerError where MPD is not there or refuses something.
    """
    if not has_library():
        raise MissingExtraError(what, EXTRA)
    import mpd

    try:
        with _connected() as client:
            yield client
    except (mpd.MPDError, OSError) as error:
        raise TaggerError(f"MPD at {_shown()} does not do it: {error}{_remedy(error)}") from error


def _remedy(error: Exception) -> str:
    """What a person can do about an error, to follow what MPD or the system says."""
    import mpd

    if not isinstance(error, mpd.CommandError):
        return "; start it, or name it in MPD_HOST and MPD_PORT"
    wants_password = error.errno is not None and error.errno.value in _PASSWORD
    return "; name the password: MPD_HOST=PASSWORD@HOST" if wants_password else ""


@contextmanager
def _connected() -> Iterator[Any]:
    import mpd

    client: Any = mpd.MPDClient()
    client.timeout = TIMEOUT
    host, port, password = _place()
    if host.startswith("/") and not Path(host).exists():  # connecting would leave a socket open
        raise FileNotFoundError(errno.ENOENT, "there is no such socket")
    client.connect(host, port)
    client._rbfile = _Lines(client._rbfile)
    try:
        if password:
            client.password(password)
        yield client
    finally:
        with suppress(mpd.MPDError, OSError):
            client.close()
            client.disconnect()


class _Lines:
    """MPD's answers, whose lines can always be decoded.

    The package decodes them as UTF-8, and would break off at the name of any song that is not.
    """

    def __init__(self, answers: Any) -> None:
        self._answers = answers

    def readline(self) -> bytes:
        line: bytes = self._answers.readline()
        return line.decode("utf-8", "replace").encode()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._answers, name)


def _place() -> tuple[str, int, str | None]:
    """Host or socket, port, and password, as other clients find them."""
    named = variable("MPD_HOST")
    asked = variable("MPD_PORT") or ""
    port = int(asked) if asked.isdecimal() else PORT
    if named is None:
        places = [os.path.expanduser(each) for each in SOCKETS]  # noqa: PTH111
        found = next((each for each in places if Path(each).is_socket()), "localhost")
        return found, port, None
    password, at, host = named.rpartition("@")
    host = os.path.expanduser(host)  # noqa: PTH111
    return host, port, password if at and password else None


def _shown() -> str:
    host, port, _ = _place()
    return host if host.startswith("/") else f"{host}:{port}"
