import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def bundled() -> Path:
    """The folder of the model descriptions that come with the package."""
    return ROOT / "config" / "models"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data."""
    folder = Path(os.environ.get("GPSS_SHARED", ROOT / ".." / "shared")).resolve()
    if not (folder / "models").is_dir():
        pytest.skip(f"no development models and footage at {folder} (set GPSS_SHARED)")
    return folder
