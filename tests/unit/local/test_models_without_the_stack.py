"""`footfall models` works where only an edge worker is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from footfall_local.__main__ import main

WITHOUT_THE_STACK = """
import sys
for name in ("asyncpg", "rich", "psutil", "sqlalchemy", "minio", "pymilvus", "starlette", "footfall_server"):
    sys.modules[name] = None  # as if it were not installed
from footfall_local.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_what_an_edge_worker_lacks_is_not_needed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_STACK, "models", "list", "--json", "--dir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "yunet-2023mar" in {each["model_id"] for each in json.loads(done.stdout)["models"]}


def test_it_is_among_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "models" in capsys.readouterr().out
