"""What is skipped on a machine that lacks something fails in CI: one test, or a file that wants what is not installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
FILES = {
    "test_one.py": "import pytest\n\ndef test_it():\n    pytest.skip('no browser')\n",
    "test_all.py": "import pytest\n\npytest.importorskip('no_such_extra')\n\ndef test_it():\n    pass\n",
    "test_known.py": "import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    raise ValueError\n",
}


@pytest.mark.parametrize(("ci", "codes"), [("true", [1, 2, 0]), ("", [0, 5, 0])])
def test_what_is_skipped_fails_in_ci_alone(tmp_path: Path, ci: str, codes: list[int]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.skipping", "-p", "no:cacheprovider", "--rootdir", "."]
    environment = os.environ | {"CI": ci, "PYTHONPATH": str(Path(__file__).parents[2])}
    found = []
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        done = subprocess.run(
            [*command, name], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        found.append(done.returncode)
        assert ("CI does not allow" in done.stdout) == (ci == "true" and name != "test_known.py"), done.stdout
    assert found == codes
