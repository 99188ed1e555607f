"""The picture of the reports benchmark: what a report costs with the visits of a tenant."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

GOALS_MS = {"year by day, months": 50, "refresh": 20}
_LINES = {
    "from_visits_ms": "year by day, from the visits",
    "year_by_day_ms": "year by day",
    "months_ms": "months of all years",
    "refresh_ms": "refresh after one visit",
}


def plot(figures: Mapping[str, Any], path: Path) -> None:
    """Median times over the visits of a tenant, both logarithmic; goals are dashed."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and the figures do without

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    sizes = sorted(figures["sizes"])
    for key, label in _LINES.items():
        axes.plot(sizes, [figures["sizes"][size][key] for size in sizes], marker="o", label=label)
    for name, goal in GOALS_MS.items():
        axes.axhline(goal, linewidth=0.8, linestyle="--", color="grey")
        axes.annotate(
            f"goal: {name}", (sizes[0], goal), xytext=(0, 3), textcoords="offset points", fontsize=7
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=f"visits of the tenant, beside {figures['visits']:,} of others",
        ylabel="median, ms",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
