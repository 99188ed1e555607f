"""Cost and delay against the number of cameras, as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def plot(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Cost and delay against the number of cameras."""
    import matplotlib as mpl  # noqa: PLC0415 (slow to load, and only wanted for the picture)

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 (as above)

    counts = [run["cameras"] for run in runs]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(counts, [run["cpu_used"] for run in runs], marker="o")
    left.set(xlabel="cameras", ylabel="processor cores used", ylim=(0, None))
    left.set_title("1280x720 at 12 fps, 5 a second looked at")
    right.plot(counts, [run["delay_ms"] for run in runs], marker="o", label="median")
    right.plot(counts, [run["delay_p95_ms"] for run in runs], marker="s", label="95 of 100")
    right.set(xlabel="cameras", ylabel="ms from the camera to the end of analysis", ylim=(0, None))
    right.legend(frameon=False)
    for axes in (left, right):
        axes.grid(visible=True, alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
