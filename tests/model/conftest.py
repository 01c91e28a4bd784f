"""Fixtures for the tests of the model."""

from typing import Any

import pytest

from pacetag.model.spec import FeatureSpec


@pytest.fixture(scope="session")
def spec() -> FeatureSpec:
    return FeatureSpec()


@pytest.fixture(scope="session")
def keras() -> Any:
    """Keras; a test that asks for it is skipped where it is not installed.

    It is not imported while tests are collected, which each process does.
    """
    return pytest.importorskip("keras")
