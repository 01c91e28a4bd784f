"""A trained Keras network to the two files of a bundle. Needs the extra `train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pacetag.model.bundle import KERAS_FILE, LITERT_FILE
from pacetag.model.stderr import native_silence

if TYPE_CHECKING:
    import keras


def load_network(folder: Path) -> keras.Model:
    """The Keras network that `export_network` wrote into `folder`."""
    with native_silence():  # TensorFlow greets
        import keras

    return keras.saving.load_model(folder / KERAS_FILE, compile=False)


def export_network(model: keras.Model, folder: Path) -> None:
    """Write model.keras and model.tflite into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / KERAS_FILE)
    with native_silence():  # the converter writes its log past Python
        model.export(folder / LITERT_FILE, format="litert", verbose=False)
