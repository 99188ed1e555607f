"""Only the link, the conversions and the composition root may see the wire."""

import ast
from pathlib import Path

import footfall_edge
import pytest

PACKAGE = Path(footfall_edge.__file__).parent
WIRE = {"grpc", "google", "footfall", "buf"}
AT_THE_BORDER = {"convert", "app"}


INSIDE = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).parts[0] != "link" and path.stem not in AT_THE_BORDER
]


@pytest.mark.parametrize("module", INSIDE, ids=lambda path: path.stem)
def test_the_rest_of_the_edge_does_not_import_it(module: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & (WIRE | {"footfall_server"}), f"{module.name} must speak the edge's own types"
