"""Run the programs of a system that keep services running."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from pacetag.tagger.logs.logger import debug
from pacetag.tagger.service.values import ServiceError

LIMIT = 180.0  # s for one command; starting waits until the watcher is ready


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command that is run."""

    command: tuple[str, ...] | Callable[[], tuple[str, ...]]
    may_fail: bool = False  # as where what it removes is not there


def run(steps: tuple[Step, ...], remedy: str) -> None:
    """Run the steps in turn. Raises ServiceError for the first that fails."""
    for step in steps:
        command = step.command if isinstance(step.command, tuple) else step.command()
        done = _done(command, remedy)
        if done.returncode and not step.may_fail:
            raise _failure(command, done, remedy)


def output_of(command: tuple[str, ...], remedy: str) -> str:
    """Return what a command prints. Raises ServiceError if it fails."""
    done = _done(command, remedy)
    if done.returncode:
        raise _failure(command, done, remedy)
    return done.stdout


def show(command: tuple[str, ...], remedy: str) -> int:
    """Let a command print on this program's own standard output; return its exit code.

    Raises ServiceError where there is no such program.
    """
    debug("service", f"runs {' '.join(command)}")
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        raise ServiceError(f"{command[0]} cannot be run ({error.strerror}); {remedy}") from error


def _done(command: tuple[str, ...], remedy: str) -> "subprocess.CompletedProcess[str]":
    debug("service", f"runs {' '.join(command)}")
    try:
        return subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT,
            check=False,
        )
    except FileNotFoundError:
        raise ServiceError(f"this system has no {command[0]}; {remedy}") from None
    except subprocess.TimeoutExpired:
        raise ServiceError(
            f"`{' '.join(command)}` did not end within {LIMIT:.0f} s; `pacetag service logs` may "
            "say why"
        ) from None
    except OSError as error:
        raise ServiceError(f"{command[0]} cannot be run ({error.strerror}); {remedy}") from error


def _failure(
    command: tuple[str, ...], done: "subprocess.CompletedProcess[str]", remedy: str
) -> ServiceError:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    said = lines[0].rstrip(".") if lines else f"exit code {done.returncode}"
    return ServiceError(f"`{' '.join(command)}` failed: {said}; {remedy}")
