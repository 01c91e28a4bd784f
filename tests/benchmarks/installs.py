"""Size and time of every way to install pacetag, each tried in an empty environment.

`python tests/benchmarks/installs.py [WHEEL] [--only NAME...] [--python PYTHON...]` builds the wheel
unless one is given, installs it by pip, pipx and uv (those that are on the path), and by pip with
each extra; then it asks for the version, scans one sample song, and does what the extra is for.
`--python` names further interpreters for the plain install. Packages come from pip's and uv's
caches where they are there, so a second run says what unpacking alone costs. Prints the table of
docs/releasing.md and exits 1 if anything failed; asserts nothing else.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SONG = ROOT / "sample_audio/01-kerbside-rock.mp3"
FOR_DEVELOPERS = ("test", "dev")
NOT_COUNTED = ("pip", "setuptools", "pkg_resources")  # what an empty environment has by itself
CACHES = ("PIP_CACHE_DIR", "UV_CACHE_DIR")  # where downloads are kept
LINES = 8  # shown of what failed


class FailedError(Exception):
    """A step did not do what it should."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to install."""

    name: str  # in the table
    install: Callable[[Path, Path], Path]  # (wheel, empty folder) -> folder of the programs
    extra: str | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """What an install took."""

    name: str
    seconds: float  # of installing
    megabytes: float  # 10^6 bytes on the disk, without pip
    packages: int
    did: str  # what was done with it


def run(*command: str | Path, folder: Path, ends: tuple[int, ...] = (0,)) -> str:
    """Run a program as a user who has nothing set; return what it printed. Raises FailedError."""
    environ = {name: value for name, value in os.environ.items() if "PACETAG" not in name}
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "PIPX_HOME", "UV_TOOL_DIR"):
        environ[name] = str(folder / name.lower())
    for name in ("PIPX_BIN_DIR", "UV_TOOL_BIN_DIR"):
        environ[name] = str(folder / "programs")
    environ |= {name: os.environ[name] for name in CACHES if name in os.environ}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    if done.returncode not in ends:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-LINES:])
        raise FailedError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
    return done.stdout + done.stderr


def keep_caches() -> None:
    """Let all runs use the caches of this user, whose home they do not have."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    os.environ.setdefault("PIP_CACHE_DIR", str(cache / "pip"))
    os.environ.setdefault("UV_CACHE_DIR", str(cache / "uv"))


def by_pip(python: str, extra: str | None = None) -> Callable[[Path, Path], Path]:
    """Return what installs into a new virtual environment of an interpreter."""

    def install(wheel: Path, folder: Path) -> Path:
        run(python, "-m", "venv", folder / "venv", folder=folder)
        named = f"{wheel}[{extra}]" if extra else str(wheel)
        programs = folder / "venv/bin"
        run(programs / "python", "-m", "pip", "install", "--quiet", named, folder=folder)
        return programs

    return install


def by_pipx(wheel: Path, folder: Path) -> Path:
    """Install with pipx."""
    run("pipx", "install", "--python", sys.executable, wheel, folder=folder)
    return folder / "programs"


def by_uv(wheel: Path, folder: Path) -> Path:
    """Install with uv, as a tool."""
    run("uv", "tool", "install", "--python", sys.executable, wheel, folder=folder)
    return folder / "programs"


def ways(pythons: list[str]) -> Iterator[Way]:
    """Yield every way: plain ones, further interpreters, and pip with each extra."""
    yield Way(name="pip install", install=by_pip(sys.executable))
    if shutil.which("pipx"):
        yield Way(name="pipx install", install=by_pipx)
    if shutil.which("uv"):
        yield Way(name="uv tool install", install=by_uv)
    for python in pythons:
        version = subprocess.check_output([python, "-V"], text=True).strip()
        yield Way(name=f"pip install, {version}", install=by_pip(python))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in project["optional-dependencies"]:
        if extra not in FOR_DEVELOPERS:
            in_extra = by_pip(sys.executable, extra)
            yield Way(name=f"pip install, [{extra}]", install=in_extra, extra=extra)


def try_way(way: Way, wheel: Path, folder: Path) -> Row:
    """Install, use what was installed, and measure. Raises FailedError."""
    before = time.perf_counter()
    programs = way.install(wheel, folder)
    seconds = time.perf_counter() - before
    packages = [path for path in folder.rglob("*.dist-info") if not counted_out(path)]
    megabytes = sum(
        path.lstat().st_size
        for path in folder.rglob("*")
        if not path.is_symlink() and path.is_file() and not counted_out(path)
    )
    pacetag = programs / "pacetag"
    run(pacetag, "--version", folder=folder)
    (folder / "music").mkdir()
    shutil.copy(SONG, folder / "music")
    run(pacetag, "scan", "music", folder=folder)
    if "165.0" not in run(pacetag, "playlist", "--cadence", "165", folder=folder):
        raise FailedError("the song is not in the playlist")
    did = "scan, playlist"
    if way.extra is not None:
        did = use_extra(way.extra, programs, folder)
    return Row(
        name=way.name,
        seconds=seconds,
        megabytes=megabytes / 1e6,
        packages=len(packages),
        did=did,
    )


def counted_out(path: Path) -> bool:
    """Tell whether a file belongs to what an empty environment has, or to a cache."""
    return any(part.split("-")[0] in NOT_COUNTED for part in path.parts) or "shared" in path.parts


def use_extra(extra: str, programs: Path, folder: Path) -> str:
    """Do what an extra is for; return that in words. Raises FailedError."""
    pacetag, song = programs / "pacetag", f"music/{SONG.name}"
    playlist = ("playlist", "--cadence", "162")
    commands: dict[str, tuple[str, ...]] = {
        "plot": ("show", song, "--plot", "song.png"),
        "evaluate": ("evaluate", "set.csv", "--judge", "fold"),
        "runs": ("cadence", "run.fit"),
        "stretch": (*playlist, "--stretch", "6%", "--output", "run.m3u8"),
        "mix": (*playlist, "--limit", "1", "--mix", "run.flac"),
        "parquet": ("export", "--parquet", "--output", "songs.parquet"),
        "cluster": ("scan", (folder / "music").as_uri(), "--output", "rows"),
    }
    if extra in commands:
        (folder / "set.csv").write_text(f"file,paces\n{song},82 165\n")
        if extra == "runs":
            write_run(folder / "run.fit")
        run(pacetag, *commands[extra], folder=folder)
        said = " ".join(commands[extra]).replace(song, "song.mp3")
        return f"`{said.replace(folder.as_uri(), 'file:///home/me')}`"
    if extra == "mpd":
        command = (*playlist, "--limit", "1", "--play", "--player", "mpd")
        if "does not do it" not in run(pacetag, *command, folder=folder, ends=(1,)):
            raise FailedError("MPD was not asked")
        return "asked for an MPD, which is not there"
    if extra == "polite":
        watch_politely(pacetag, folder)
        return "`watch --polite`, until Ctrl-C"
    script = {
        "train": "import keras, librosa, mido; from pacetag.model.bundle import load_bundle; "
        "keras.saving.load_model(load_bundle(None).folder / 'model.keras', compile=False)",
        "docs": "import mkdocs, material, mkdocstrings",
    }.get(extra)
    if script is None:
        return "scan, playlist"
    run(programs / "python", "-c", script, folder=folder)
    return "the network loaded in Keras" if extra == "train" else "its modules imported"


def write_run(file: Path) -> None:
    """Write a run at 164 steps a minute as a FIT file."""
    sys.path.insert(0, str(ROOT))
    from tests.tagger.runs.recordings import CADENCE, FIT_START, RECORD, TIME, fit_file, message

    every_second = [
        message(RECORD, {TIME: FIT_START + second, CADENCE: 82}) for second in range(900)
    ]
    file.write_bytes(fit_file(*every_second))


def watch_politely(pacetag: Path, folder: Path) -> None:
    """Have a watcher start and end. Raises FailedError."""
    command: list[str | Path] = [
        pacetag,
        "watch",
        "--polite",
        "music",
        "--index",
        "polite.sqlite3",
        "--verbose",
    ]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as watcher:
        time.sleep(5)
        watcher.send_signal(signal.SIGINT)
        said = watcher.communicate()[1]
    if watcher.returncode != 130:
        raise FailedError(f"the watcher ended with {watcher.returncode}:\n{said[-500:]}")


def make_wheel(folder: Path) -> Path:
    """Build the wheel as for a release."""
    subprocess.run([sys.executable, ROOT / ".ci/make_release.py", folder], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def main() -> int:
    """Try every way, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, nargs="?")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="part of a name")
    parser.add_argument("--python", nargs="+", default=[], metavar="PYTHON")
    asked = parser.parse_args()
    keep_caches()
    failed = 0
    sys.stdout.write(
        "| install | s | MB | packages | what was done with it |\n|---|---|---|---|---|\n"
    )
    with tempfile.TemporaryDirectory() as built:
        wheel = asked.wheel.resolve() if asked.wheel else make_wheel(Path(built))
        for way in ways(asked.python):
            if asked.only and not any(part in way.name for part in asked.only):
                continue
            with tempfile.TemporaryDirectory() as folder:
                try:
                    row = try_way(way, wheel, Path(folder))
                except FailedError as error:
                    failed += 1
                    sys.stderr.write(f"{way.name}: {error}\n")
                else:
                    figures = f"{row.seconds:.0f} | {row.megabytes:.0f} | {row.packages}"
                    sys.stdout.write(f"| {row.name} | {figures} | {row.did} |\n")
                    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
