"""The judges beside the current one that an evaluation can ask."""

from pacetag.model.bundle import STAGE0_NAME, shipped_bundle_folder
from pacetag.model.judge import Judge


def load_stage0() -> Judge:
    """The network of 2019. Raises BundleError when its bundle cannot be used."""
    return Judge(shipped_bundle_folder(STAGE0_NAME))
