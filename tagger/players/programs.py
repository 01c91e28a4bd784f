"""Have a program play a playlist in the foreground: mpv or VLC."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pacetag.tagger.cancellation import signals_let_through
from pacetag.tagger.config.environment import variable
from pacetag.tagger.errors import TaggerError
from pacetag.tagger.playlist.formats import FORMATS
from pacetag.tagger.playlist.tracks import Listing, Track

MOST = 100_000  # characters of a command that are surely taken


def find_program(name: str) -> str | None:
    """Return the path of a player's program; VLC without a window where there is no screen."""
    if name != "vlc":
        return shutil.which(name)
    has_screen = any(variable(each) for each in ("DISPLAY", "WAYLAND_DISPLAY"))
    return shutil.which("vlc" if has_screen else "cvlc")


def play_with(name: str, listing: Listing) -> int:
    """Play a listing with mpv or VLC, and return the exit code. Raises TaggerError."""
    program = find_program(name)
    if program is None:
        raise TaggerError(f"{name}: there is no such program; install it, or name another player")
    with _playlist(listing, ".m3u8" if name == "mpv" else ".xspf") as file:
        command = _mpv(listing.tracks, file) if name == "mpv" else _vlc(program, file)
        try:
            with signals_let_through():  # Ctrl-C ends the player
                return subprocess.run([program, *command], check=False).returncode
        except OSError as error:
            raise TaggerError(
                f"{program}: cannot be run ({error.strerror}); name another player"
            ) from error
        except KeyboardInterrupt:
            return 0


@contextmanager
def _playlist(listing: Listing, suffix: str) -> Iterator[Path]:
    """A playlist with absolute paths, for as long as it is played."""
    with tempfile.TemporaryDirectory(prefix="pacetag-") as folder:
        file = Path(folder) / f"playlist{suffix}"
        text = FORMATS[suffix].text(listing, None, None)
        file.write_text(text, encoding="utf-8", newline="")
        yield file


def _mpv(tracks: Sequence[Track], file: Path) -> list[str]:
    """The arguments for mpv: it knows parts of songs as options of a file alone."""
    found = ["--audio-display=no"]
    if not any(track.is_cut or track.begins for track in tracks):
        return [*found, f"--playlist={file}"]
    for track in tracks:
        end = [f"--end={track.ends:g}"] if track.is_cut else []
        found += ["--{", f"--start={track.begins:g}", *end, track.song.path, "--}"]
    whole = sum(map(len, found)) > MOST
    return [found[0], f"--playlist={file}"] if whole else found


def _vlc(program: str, file: Path) -> list[str]:
    ends = ["--play-and-exit"] if Path(program).name == "cvlc" else []
    return [*ends, str(file)]
