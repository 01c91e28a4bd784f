"""Running the programs that render songs."""

import subprocess
from pathlib import Path

from pacetag.model.errors import ModelError
from pacetag.model.training.grooves.draw import GrooveSettings

_TIMEOUT = 120  # seconds; a song takes about one


class RenderError(ModelError):
    """One song could not be rendered."""


def run_tool(command: list[str], product: Path, settings: GrooveSettings) -> None:
    """Run a program that makes the file `product`.

    Raises:
        RenderError: it failed or hung; the message holds what it said.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"{command[0]} hung on song {settings.number}") from error
    if done.returncode or not product.is_file():
        said = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise RenderError(
            f"{command[0]} failed on song {settings.number} ({settings.style}): {' | '.join(said)}"
        )
