"""The trade-off between one person who becomes several and several who become one, as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SHARES = (
    ("false_merge_share", "on somebody else's customer"),
    ("split_share", "on a second customer of the person"),
    ("unresolved_share", "waiting or too poor"),
)


def plot(runs: Sequence[dict[str, Any]], curve: Sequence[dict[str, Any]], path: Path) -> None:
    """Left the curve by target rate, right each seed at once and after the suggestions."""
    import matplotlib as mpl  # noqa: PLC0415 - only whoever wants the picture waits for it

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    rates = [point["target_rate"] for point in curve]
    for name, label in SHARES:
        left.plot(rates, [100 * point[name] for point in curve], marker="o", label=label)
    left.set(xscale="log", xlabel="target rate (FPIR)", ylabel="share of events, %")
    left.set_title("What the target rate trades")
    left.grid(visible=True, alpha=0.3)
    ratio = left.twinx()
    ratio.plot(rates, [point["ratio"] for point in curve], "k--", marker="s", label="customers per person")
    ratio.set_ylabel("customers per person")
    # Room for the legends above the lines.
    left.set_ylim(top=1.5 * left.get_ylim()[1])
    low, high = ratio.get_ylim()
    ratio.set_ylim(top=high + 0.5 * (high - low))
    left.legend(loc="upper left", fontsize=8)
    ratio.legend(loc="upper right", fontsize=8)

    for when, marker in (("online", "o"), ("nightly", "s")):
        found = [run[when] for run in runs if when in run]
        right.scatter(
            [each["ratio"] for each in found],
            [100 * each["false_merge_share"] for each in found],
            s=[30 + 2000 * each["unresolved_share"] for each in found],
            marker=marker,
            alpha=0.6,
            label={"online": "at once", "nightly": "after the suggestions"}[when],
        )
    right.axhline(0.5, color="tab:red", linestyle=":", label="goal: false merges at most 0.5 %")
    right.axvspan(0.97, 1.06, color="tab:green", alpha=0.08, label="goal: ratio 0.97 to 1.06")
    right.set(
        xlabel="customers per person",
        ylabel="false merges, % of events",
        xlim=(0.94, 1.1),
        ylim=(-0.05, 1.1),
    )
    right.set_title("Each seed (size: share that waits)")
    right.grid(visible=True, alpha=0.3)
    right.legend(fontsize=8)
    figure.savefig(path, dpi=130)
