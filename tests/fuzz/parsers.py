"""Lets a coverage-guided fuzzer look for bytes that break a promise of a parser.

`python tests/fuzz/parsers.py --seconds 600` takes the targets in turn. It needs atheris
(`pip install atheris`), which is no dependency of anything else. What it finds is written below
`--keep`, and `--try FILE --target NAME` shows it again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
LARGEST = 200_000  # bytes of an input


def fuzz(name: str, corpus: Path, seconds: int, keep: Path) -> None:
    """Let the fuzzer work on one target in this process, which it ends."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(
        include=[
            "pacetag.tagger.tags",
            "pacetag.tagger.runs",
            "pacetag.tagger.sessions",
            "pacetag.tagger.filters",
            "pacetag.model.training",
        ]
    ):
        from tests.fuzz.targets import TARGETS
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        "-timeout=20",
        "-rss_limit_mb=1024",
        f"-artifact_prefix={keep}/{name}-",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    """Fuzz every target, each in a process of its own; 1 where any broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--target", help="this one alone")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()), help="finds")
    parser.add_argument("--corpus", type=Path, help="a folder that is kept for the next time")
    parser.add_argument("--try", type=Path, dest="attempt", help="run one input, and nothing else")
    arguments = parser.parse_args()
    if arguments.attempt:
        from tests.fuzz.targets import TARGETS

        TARGETS[arguments.target](arguments.attempt.read_bytes())
        return 0
    if arguments.target and arguments.corpus:
        fuzz(arguments.target, arguments.corpus, arguments.seconds, arguments.keep)
    return _fuzz_all(arguments.seconds, arguments.target, arguments.keep)


def _fuzz_all(seconds: int, only: str | None, keep: Path) -> int:
    from tests.fuzz.targets import TARGETS, seeds
    from tests.tagger.attacks.mutants import make_all

    keep.mkdir(parents=True, exist_ok=True)
    names = [only] if only else list(TARGETS)
    shares = {name: 5 if name == "song" else 1 for name in names}  # it has the most to try
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        begin = seeds(make_all(Path(scratch) / "songs"))
        for name in names:
            corpus = Path(scratch) / name
            corpus.mkdir()
            for number, data in enumerate(begin[name]):
                (corpus / str(number)).write_bytes(data)
            share = seconds * shares[name] // sum(shares.values())
            command = [sys.executable, __file__, "--target", name, "--corpus", str(corpus)]
            done = subprocess.run(
                [*command, "--seconds", str(share), "--keep", str(keep)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                check=False,
            )
            failed += done.returncode != 0
            sys.stdout.write(f"{name}: exit code {done.returncode}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
