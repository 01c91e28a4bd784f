"""The only module that calls LiteRT: cases in, logits out."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from pacetag.model.errors import BundleError
from pacetag.model.regular import NotRegularError, check_regular
from pacetag.model.spec import FeatureSpec
from pacetag.model.stderr import native_silence

BATCH = 4  # cases at once: 1 MiB of input stays in the cache, and more would not be quicker


class Runtime:
    """A network loaded for scoring, on one thread."""

    at_once = 16  # cases that are made and asked about at once; more would leave the cache

    def __init__(self, model: Path, spec: FeatureSpec | None = None) -> None:
        """Load a network, and check by one trial that it takes cases and gives a logit for each.

        `spec` gives the shape of the cases; without it, the network's own input shape does. Raises
        BundleError.
        """
        try:
            check_regular(model)
            with native_silence():  # LiteRT greets
                self._run = Interpreter(model_path=str(model), num_threads=1)
                self._input = self._run.get_input_details()[0]
                shape = tuple(map(int, self._input["shape"][1:])) if spec is None else spec.case
                self._run.resize_tensor_input(self._input["index"], (BATCH, *shape))
                self._run.allocate_tensors()
                self._output = self._run.get_output_details()[0]["index"]
                self._lock = threading.Lock()
                self._try(np.zeros((BATCH, *shape), np.float32))
        except NotRegularError as error:
            raise BundleError(f"{model}: {error}") from error
        except Exception as error:  # what LiteRT raises for a hostile file is not documented
            raise BundleError(f"{model}: LiteRT cannot load it ({error})") from error

    def _try(self, cases: NDArray[np.float32]) -> None:
        self._run.set_tensor(self._input["index"], cases)
        self._run.invoke()
        found = self._run.get_tensor(self._output)
        if found.shape != (BATCH, 1) or found.dtype != np.float32 or not np.isfinite(found).all():
            raise ValueError(f"it does not give one number a case but {found.dtype} {found.shape}")

    def logits(self, cases: NDArray[np.float32]) -> NDArray[np.float64]:
        """One logit [k] for each of the cases [k, beats, samples per beat, bands]."""
        found = np.empty(len(cases))
        with self._lock:  # an interpreter holds one batch at a time
            for first in range(0, len(cases), BATCH):
                part = cases[first : first + BATCH]
                # Straight into LiteRT's memory, which nothing may refer to while it runs.
                self._run.tensor(self._input["index"])()[: len(part)] = part
                self._run.invoke()
                found[first : first + len(part)] = self._run.get_tensor(self._output)[
                    : len(part), 0
                ]
        return found
