"""The JavaScript verifier's own tests: every shared vector, every bit of a proof, the status list."""

from __future__ import annotations

import re
import subprocess

from tests.web import needs


def test_javascript_verifier() -> None:
    """Node runs them all and none fails."""
    tests = sorted(str(path) for path in (needs.WEB / "test").glob("*.test.js"))
    run = subprocess.run([needs.node(), "--test", *tests], capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr
    (passed,) = re.findall(r"^\S+ pass (\d+)$", run.stdout, re.M)
    assert int(passed) > 400
