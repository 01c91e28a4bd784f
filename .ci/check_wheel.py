"""List a wheel's files; refuse one that lacks what users need or holds anything else."""

import sys
import zipfile

NEEDED = (
    "pacetag/tagger/cli.py",
    "pacetag/tagger/tags/writer.py",
    "pacetag/model/judge.py",
    "pacetag/db/index.py",
    "beetsplug/pacetag/plugin.py",
    "pacetag/model/training/data/free_recordings.csv",
    "pacetag/model/training/data/checked_recordings.csv",
    "stage0-1/bundle.json",
    "/bundle.json",
    "/model.keras",
    "/model.tflite",
    "/MODEL_CARD.md",
)


def main(wheel: str) -> int:
    """Return 0 if the wheel can be published, else 1 after a line for each fault."""
    names = zipfile.ZipFile(wheel).namelist()
    sys.stdout.write("\n".join(names) + "\n")
    faults = [f"missing: {end}" for end in NEEDED if not any(n.endswith(end) for n in names)]
    faults += [
        f"does not belong in the wheel: {name}"
        for name in names
        # A `beetsplug/__init__.py` would hide beets' own plug-ins.
        if not name.startswith(("pacetag/", "pacetag-", "beetsplug/pacetag/"))
    ]
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
