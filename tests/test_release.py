"""What a release is made of: the source archive, the wheel, and the page of a package index."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.loading import load

ROOT = Path(__file__).parent.parent
WHEEL = "pacetag-0.1.0-py3-none-any.whl"
METADATA = "pacetag-0.1.0.dist-info/METADATA"


release = load(".ci/make_release.py")
wheels = load(".ci/check_wheel.py")
page = load("setup.py")


def archive(to: Path, second: int, files: Mapping[str, int]) -> Path:
    with tarfile.open(to, "w:gz") as new:
        for name, mode in files.items():
            member = tarfile.TarInfo(name)
            member.mode, member.mtime, member.uid, member.uname = mode, second, second, str(second)
            member.size = len(name)
            new.addfile(member, io.BytesIO(name.encode()))
    return to


def test_two_archives_of_the_same_files_become_the_same_bytes(tmp_path: Path) -> None:
    one = archive(tmp_path / "1.tar.gz", 1, {"p/a": 0o644, "p/run": 0o755})
    two = archive(tmp_path / "2.tar.gz", 2, {"p/run": 0o700, "p/a": 0o600})
    assert gzip.decompress(one.read_bytes()) != gzip.decompress(two.read_bytes())

    release.normalise(one, 9)
    release.normalise(two, 9)

    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as packed:
        read = {member.name: (member.mode, member.mtime) for member in packed}
        assert read == {"p/a": (0o644, 9), "p/run": (0o755, 9)}
        content = packed.extractfile("p/run")
        assert content is not None
        assert content.read() == b"p/run"


def test_a_file_that_the_archive_lacks_is_named(tmp_path: Path) -> None:
    for name in ("a.py", "docs/b.md", "c.egg-info", "PKG-INFO", "pacetag.egg-info/SOURCES.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    held = archive(tmp_path / "held.tar.gz", 1, {"p/a.py": 0o644, "p/held.tar.gz": 0o644})

    assert release.missing(held, tmp_path) == ["c.egg-info", "docs/b.md"]


def make_wheel(to: Path, *, without: str = "", more: str = "", text: str = "A tagger.") -> Path:
    setup = wheels.tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    names = {name for name in wheels.wanted(setup) if not name.startswith(".data/")} - {without}
    data = {name for name in wheels.wanted(setup) if name.startswith(".data/")}
    with zipfile.ZipFile(to / WHEEL, "w") as new:
        for name in sorted({*names, more} - {""}):
            new.writestr(name, "")
        for name in sorted(data):
            new.writestr(f"pacetag-0.1.0{name}", "")
        new.writestr(METADATA, f"Metadata-Version: 2.4\nName: pacetag\n\n{text}\n")
    return to / WHEEL


@pytest.mark.parametrize(
    "name", ["pacetag/tagger/cli.py", "pacetag/model/weights/stride-5/bundle.json"]
)
def test_a_wheel_that_lacks_a_module_or_its_data_is_refused(name: str, tmp_path: Path) -> None:
    assert list(wheels.faults(make_wheel(tmp_path))) == []
    assert list(wheels.faults(make_wheel(tmp_path, without=name))) == [f"missing: {name}"]


def test_a_wheel_that_holds_anything_else_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, more="tests/test_house.py")

    assert list(wheels.faults(wheel)) == ["does not belong in the wheel: tests/test_house.py"]


def test_a_description_that_leads_to_files_beside_the_source_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, text="[Use](docs/using.md) and [more](https://example.org/a.md)")

    (fault,) = wheels.faults(wheel)

    assert fault.endswith("not on its page: docs/using.md")


def test_the_description_has_the_readmes_words_without_pictures_and_dead_links() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    said = page.description(readme, None)

    assert wheels.RELATIVE.findall(said) == []
    assert "](https://" in said or "](https://" not in readme
    lost = [line for line in readme.splitlines() if line not in said.splitlines()]
    assert all("](" in line or "--plot run.png" in line for line in lost), lost


def test_the_description_leads_to_the_source_where_its_address_is_known() -> None:
    text = "![A run](docs/run.png)\n\nA run, drawn.\n\n[Use](docs/using.md#scan), [top](#top)\n"

    said = page.description(text, "https://example.org/pacetag/blob/main")

    assert said == (
        "[Use](https://example.org/pacetag/blob/main/docs/using.md#scan), [top](#top)\n"
    )
