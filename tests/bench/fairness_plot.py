"""The picture of the fairness benchmark: how long the victim waits, with and without limits."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

TITLES = {"record": "RecordFace", "list": "ListVisits"}
LABELS = {
    "alone": "alone",
    "flooded": "beside a flood, no limits",
    "limited": "beside a flood, default limits",
}


def plot(phases: Mapping[str, Mapping[str, Sequence[float]]], path: Path) -> None:
    """Seconds by phase and kind of call, as the share of calls that took no longer."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to load, and the figures do without

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    figure, panels = plt.subplots(1, len(TITLES), figsize=(9, 4), sharey=True, layout="constrained")
    for axes, (kind, title) in zip(panels, TITLES.items(), strict=True):
        for phase, label in LABELS.items():
            taken = np.sort(np.array(phases[phase][kind])) * 1000
            shares = 100 * np.arange(1, len(taken) + 1) / max(len(taken), 1)
            axes.plot(taken, shares, label=label)
        axes.set(title=title, xscale="log", xlabel="ms until the answer")
        axes.grid(visible=True, which="both", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("share of the victim's calls, %")
    panels[0].legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
