"""What players and taggers show of pacetag's fields, tried with the programs themselves.

apt-get install --no-install-recommends quodlibet picard kid3-cli libimage-exiftool-perl ffmpeg \\
    mpd mpv vlc-bin vlc-plugin-base cmus tmux xvfb strawberry mixxx rhythmbox kodi
python -m tests.trials.players [PROGRAM...]

Prints two tables for docs/players.md. Each program has a home of its own below a temporary folder,
and none of the user's files is read or written. It takes about four minutes.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.trials import command_players, desktop_players, taggers
from tests.trials.sandbox import KINDS, NOTHING, AbsentError, Row, Sandbox, make_songs, sandbox

TRIALS: Mapping[str, Callable[[Sandbox], Row]] = {
    each.__name__: each
    for each in (
        *(taggers.quodlibet, taggers.picard, taggers.kid3, taggers.exiftool, taggers.ffmpeg),
        *(taggers.beets, command_players.mpd, command_players.mpv, command_players.vlc),
        *(command_players.cmus, desktop_players.strawberry, desktop_players.mixxx),
        *(desktop_players.rhythmbox, desktop_players.kodi),
    )
}


def main() -> None:
    """Try the programs that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("program", nargs="*", choices=[[], *TRIALS])
    names = parser.parse_args().program or list(TRIALS)
    rows, left_out = [], []
    with tempfile.TemporaryDirectory(prefix="trials-", ignore_cleanup_errors=True) as folder:
        songs = Path(folder) / "songs"
        make_songs(songs)
        for name in names:
            try:
                rows.append(TRIALS[name](sandbox(Path(folder), songs, name)))
            except AbsentError as error:
                left_out.append(f"{name}: not installed ({error})")
            except Exception:  # one program that cannot be tried must not cost the others
                left_out.append(f"{name}: could not be tried\n{traceback.format_exc()}")
            sys.stderr.write(f"{name} is done\n")
    for line in (*table(rows), "", *outcomes(rows), "", *left_out):
        sys.stdout.write(f"{line}\n")


def table(rows: Sequence[Row]) -> list[str]:
    """What each shows of PACE by container, and of BPM."""
    heads = ["program", *KINDS, "BPM"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    return [*lines, *(_line([row.program, *map(row.pace.get, KINDS), _bpm(row)]) for row in rows)]


def outcomes(rows: Sequence[Row]) -> list[str]:
    """What was left after its own save, and what the set-up achieved."""
    heads = ["program", "PACE and PACETAG after its own save", "`pacetag setup NAME --apply`"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    return [*lines, *(_line([row.program, row.kept, row.setup]) for row in rows)]


def _line(cells: Sequence[str | None]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _bpm(row: Row) -> str:
    """The kinds of songs whose BPM is shown, or is not, whichever is shorter."""
    shown = [kind for kind in KINDS if row.bpm.get(kind) == "186"]
    lacking = [kind for kind in KINDS if kind not in shown]
    if not lacking or not shown:
        return NOTHING if not shown else "all"
    if len(lacking) < len(shown):
        return f"all but {', '.join(lacking)}"
    return ", ".join(shown)


if __name__ == "__main__":
    main()
