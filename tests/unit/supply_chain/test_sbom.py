"""Bills of materials: valid, and of all that is locked."""

import json
import re
from pathlib import Path

import pytest
from supply_chain import sbom
from supply_chain.sbom import SbomError

PROJECT = Path(__file__).parents[3]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
OLD = {
    "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "components": [{"type": "library", "name": "react", "version": "19.0.0", "purl": "pkg:npm/react@19.0.0"}],
}


@pytest.mark.parametrize("name", sbom.LOCKS)
def test_a_lock_s_bill_is_valid_and_whole(name: str) -> None:
    told = sbom.of_lock(name)
    sbom.check(name, told)
    bill = json.loads(told)
    assert bill["specVersion"] == "1.6"
    locked = set(PINNED.findall((PROJECT / "requirements" / f"{name}.txt").read_text()))
    assert {each["name"] for each in bill["components"]} == locked
    assert bill["metadata"]["component"]["name"] == "footfall"
    first = bill["components"][0]
    assert first["externalReferences"][0]["hashes"], "with the hashes that pip checks"


def test_an_older_bill_is_written_anew() -> None:
    told = sbom.as_current(json.dumps(OLD))
    sbom.check("console", told)
    bill = json.loads(told)
    assert (bill["specVersion"], bill["components"][0]["purl"]) == ("1.6", "pkg:npm/react@19.0.0")


def test_a_bill_that_breaks_the_schema_is_refused() -> None:
    with pytest.raises(SbomError, match=r"edge is no valid CycloneDX 1\.6"):
        sbom.check("edge", json.dumps({**OLD, "specVersion": "1.6", "$schema": None}))


def test_an_empty_bill_is_refused() -> None:
    empty = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": []}
    with pytest.raises(SbomError, match="no components"):
        sbom.check("edge", json.dumps(empty))
