"""A log that keeps itself small."""

import json
import subprocess
import sys
from pathlib import Path

from footfall_edge import telemetry
from footfall_edge.telemetry import LogFile


def test_old_files_are_put_aside_and_the_oldest_go(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "edge.log")
    log._handler.maxBytes = 1000
    for number in range(1000):
        log.write(f"line {number}\n")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["edge.log", *(f"edge.log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())
    assert (tmp_path / "edge.log").read_text().endswith("line 999\n")
    log._handler.close()


def test_the_worker_logs_there_a_line_each(tmp_path: Path) -> None:
    code = (
        "import sys, structlog, pathlib; from footfall_edge.telemetry import configure_logging;"
        "configure_logging(level='info', log_format='json', log_file=pathlib.Path(sys.argv[1]));"
        "log = structlog.get_logger(); log.info('one', n=1); log.warning('two')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.log")], capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    lines = [json.loads(line) for line in (tmp_path / "a.log").read_text().splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [("one", "info"), ("two", "warning")]
    assert telemetry._OLD_FILES == 5
