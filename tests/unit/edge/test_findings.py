"""Findings are told to people and to programs."""

import json

from footfall_edge.diagnosis.finding import Findings, is_failed
from footfall_edge.diagnosis.findings_text import as_json, as_table


def _some() -> Findings:
    findings = Findings("disk")
    findings.ok("room", "100 MiB are free")
    findings.warn("writing", "slow " * 30, "look at its health")
    return findings


def test_a_row_each_what_to_do_below_it_and_the_sum() -> None:
    lines = as_table(_some().all, width=60, colour=False).splitlines()
    assert lines[0] == "ok    disk  room     100 MiB are free"
    assert lines[1].startswith("warn  disk  writing  slow slow")
    assert "-> look at its health" in lines[-3]
    assert lines[-1] == "1 ok, 1 warn, 0 fail"
    assert all(len(line) <= 60 for line in lines)


def test_colour_is_for_terminals() -> None:
    assert "\033" not in as_table(_some().all, width=80, colour=False)
    assert "\033[33mwarn\033[0m" in as_table(_some().all, width=80, colour=True)


def test_a_cameras_name_does_not_command_the_terminal() -> None:
    findings = Findings("cameras")
    findings.fail("Door\033[2J\n", "wrong\apath", "see\tit")
    table = as_table(findings.all, width=80, colour=False)
    assert "\033" not in table
    assert "\a" not in table
    assert "Door?[2J?" in table


def test_programs_get_one_document() -> None:
    findings = _some()
    document = json.loads(as_json(findings.all))
    assert document["ok"] is True
    assert document["findings"][0] == {
        "area": "disk",
        "subject": "room",
        "verdict": "ok",
        "found": "100 MiB are free",
        "advice": "",
    }
    findings.fail("x", "y", "z")
    assert json.loads(as_json(findings.all))["ok"] is False
    assert is_failed(findings.all)


def test_nothing_is_a_table_too() -> None:
    assert as_table([], width=80, colour=True).endswith("0 ok, 0 warn, 0 fail\n")
