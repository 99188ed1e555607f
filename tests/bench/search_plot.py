"""The picture of the search benchmark: how much recall how much processor time buys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

WIDE = 32
GOAL = 0.99


def plot(indexes: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Recall over processor time per query at 32 queries a call: a line per index, its default marked."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and the figures do without

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    for name, figures in indexes.items():
        sweep = figures["sweep"]
        costs, recalls = ([each[key] for each in sweep.values()] for key in ("cpu_ms", "recall_noised"))
        (line,) = axes.plot(costs, recalls, marker="o", markersize=4, label=name)
        for setting, cost, recall in zip(sweep, costs, recalls, strict=True):
            axes.annotate(setting, (cost, recall), textcoords="offset points", xytext=(5, -10), fontsize=7)
        default = figures["cpu_ms"][WIDE], figures["recall_noised"]
        axes.plot(*default, marker="D", markersize=9, fillstyle="none", color=line.get_color())
    axes.axhline(GOAL, linewidth=0.8, linestyle="--", color="grey")
    axes.set(
        xscale="log",
        xlabel=f"Milvus, ms of processor time per query at {WIDE} a call (less is better)",
        ylabel="recall@1 against exact search",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(title="diamond: as configured by default", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
