"""Damaged bundles: loaded as they are, or refused in a sentence, by the commands as well."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pacetag.model.bundle import load_bundle, shipped_bundle_folder
from tests.tagger.attacks.conftest import LONG
from tests.tagger.attacks.damaged_bundles import KINDS
from tests.tagger.attacks.ends import Tally, objections

ROOT = Path(__file__).parents[3]
COUNT = 2000 if LONG else 100


def test_a_damaged_bundle_is_loaded_or_refused_in_a_sentence() -> None:
    """In a process of its own, which takes copies of itself: that needs one without threads."""
    module = "tests.tagger.attacks.damaged_bundles"

    done = subprocess.run(
        [sys.executable, "-m", module, "--count", str(COUNT), "--seed", "bundles"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "FAULT" not in done.stdout, done.stdout
    assert f"{COUNT} damaged bundles: " in done.stdout
    assert "'BundleError': " in done.stdout
    assert "'loaded': " in done.stdout


@pytest.mark.parametrize("kind", range(len(set(KINDS))))
@pytest.mark.parametrize("command", ["scan", "show"])
def test_commands_end_in_a_sentence_with_such_a_bundle(
    command: str, kind: int, make_song: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(shipped_bundle_folder(), folder)
    how = list(dict.fromkeys(KINDS))[kind](random.Random(f"{command} {kind}"), folder)

    done = subprocess.run(
        [sys.executable, "-m", "pacetag.tagger.cli", command, make_song("172.flac")],
        env={**os.environ, "PACETAG_BUNDLE": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    faults = list(objections(done.returncode, done.stdout, done.stderr, Tally()))
    assert faults == [], how


def test_the_shipped_bundle_is_whole() -> None:
    assert load_bundle(shipped_bundle_folder()).name
