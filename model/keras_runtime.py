"""The only module that judges with Keras: the same network on a GPU, many cases at once."""

import os
import subprocess
import sys
import threading
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pacetag.model.errors import BundleError
from pacetag.model.stderr import native_silence

# Files of the kernel's drivers: NVIDIA's, AMD's, and that of Windows' subsystem for Linux.
GPU_FILES = (Path("/dev/nvidiactl"), Path("/dev/kfd"), Path("/dev/dxg"))

_ASKED = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"


def gpu_fault(files: tuple[Path, ...] = GPU_FILES) -> str | None:
    """Return why no GPU can judge on this machine, or None if one can.

    TensorFlow is asked in a process of its own, since importing it takes seconds and 690 MB, and
    only where a driver is there.
    """
    if find_spec("tensorflow") is None or find_spec("keras") is None:
        return "TensorFlow and Keras are not installed"
    if sys.platform == "linux" and not any(file.exists() for file in files):
        return "this machine has no GPU"
    found = subprocess.run(
        [sys.executable, "-c", _ASKED], capture_output=True, text=True, check=False
    )
    if found.returncode:
        last = found.stderr.strip().splitlines()[-1:]
        return " ".join(["TensorFlow cannot be started:", *last])
    return None if int(found.stdout.split()[-1]) else "TensorFlow finds no GPU"


class KerasRuntime:
    """A network loaded for scoring by TensorFlow, on a GPU unless another device is named."""

    at_once = 512  # cases that fill a GPU; 130 MB of input

    def __init__(self, model: Path, device: str = "/GPU:0") -> None:
        """Load a network. Raises BundleError where Keras cannot load it or the device is absent."""
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets at length
        try:
            with native_silence():
                import keras
                import tensorflow as tf

                # TF32 would round inputs to 10 bits, and logits would differ by 1e-2.
                tf.config.experimental.enable_tensor_float_32_execution(False)
                gpus = tf.config.list_physical_devices("GPU")
                there = {gpu.name.rpartition(":GPU:")[2] for gpu in gpus}
                kind, _, number = device.removeprefix("/").partition(":")
                if kind == "GPU" and number not in there:  # TensorFlow would take the processor
                    raise ValueError("TensorFlow finds no such GPU")
                for gpu in gpus:
                    tf.config.experimental.set_memory_growth(gpu, True)  # each worker has its share
                with tf.device(device):
                    network = keras.saving.load_model(model, compile=False)
                shape = (None, *network.input_shape[1:])
                signature = [tf.TensorSpec(shape, tf.float32)]
                self._run = tf.function(
                    lambda cases: network(cases, training=False), input_signature=signature
                )
                self._device = partial(tf.device, device)
                self._lock = threading.Lock()
                self._try(np.zeros((1, *network.input_shape[1:]), np.float32))
        except Exception as error:  # what TensorFlow raises is not documented
            raise BundleError(
                f"{model}: Keras cannot judge with it on {device} ({type(error).__name__}: {error})"
            ) from error

    def _try(self, cases: NDArray[np.float32]) -> None:
        found = self._invoke(cases)
        if found.shape != (1, 1) or not np.isfinite(found).all():
            raise ValueError(f"it does not give one number a case but {found.shape}")

    def _invoke(self, cases: NDArray[np.float32]) -> NDArray[np.float32]:
        with self._device():
            return np.asarray(self._run(cases), np.float32)

    def logits(self, cases: NDArray[np.float32]) -> NDArray[np.float64]:
        """One logit [k] for each of the cases [k, beats, samples per beat, bands]."""
        found = np.empty(len(cases))
        with self._lock:
            for first in range(0, len(cases), self.at_once):
                part = cases[first : first + self.at_once]
                # A new size costs a search for the quickest kernels, so there are but ten sizes.
                padded = np.zeros((1 << (len(part) - 1).bit_length(), *part.shape[1:]), np.float32)
                padded[: len(part)] = part
                found[first : first + len(part)] = self._invoke(padded)[: len(part), 0]
        return found
