"""A real MPD for one test, and `mpc` to ask it."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

Ask = Callable[..., list[str]]  # takes the words of an mpc command, returns its lines
WAIT = 30.0  # s that it may take to start or to end


@contextmanager
def mpd_server(
    music: Path,
    home: Path,
    *,
    playlists: Path | None = None,
    stickers: Path | None = None,
    more: str = "",
) -> Iterator[Ask]:
    """Run an MPD that knows the music, at the socket `home / "s"`.

    `more`: further lines of its mpd.conf.
    """
    socket, conf = home / "s", home / "conf"
    lists = f'playlist_directory "{playlists}"\n' if playlists else ""
    lists += f'sticker_file "{stickers}"\n' if stickers else ""
    conf.write_text(
        f'music_directory "{music}"\n{lists}db_file "{home}/db"\nbind_to_address "{socket}"\n'
        'audio_output {\ntype "null"\nname "n"\n}\n' + more
    )

    def ask(*command: str) -> list[str]:
        done = subprocess.run(
            ["mpc", "-h", socket, *command], capture_output=True, text=True, check=False
        )
        return done.stdout.splitlines()

    with subprocess.Popen(
        ["mpd", "--no-daemon", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            deadline = time.monotonic() + WAIT
            while not socket.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            ask("-w", "update")
            # Where a password is wanted it only looks by itself, as it starts.
            while "Updating" in " ".join(ask("status")) and time.monotonic() < deadline:
                time.sleep(0.05)
            yield ask
        finally:
            server.terminate()
            server.wait(timeout=WAIT)
