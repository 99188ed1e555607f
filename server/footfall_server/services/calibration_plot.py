"""The picture of a calibration: what the faces look like to the model, and what a threshold costs."""

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from footfall_server.domain.calibration import expected_false_match_rate, expected_miss_rate
from footfall_server.services.calibrations import BINS_TOLD, Measurement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by people who see red and green alike, too (Okabe and Ito).
_GENUINE: Final = "#0072B2"
_IMPOSTOR: Final = "#D55E00"
_THRESHOLD: Final = "#000000"
_CURRENT: Final = "#7F7F7F"
_INCHES: Final = (6.0, 8.0)
_DPI: Final = 150
_LEAST_RATE: Final = 1e-5


def calibration_plot(measurement: Measurement) -> bytes:
    """A PNG of 900 by 1200 pixels, upright, to be read on a phone."""
    # Takes half a second to import, and most processes never draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True)
    figure.suptitle(
        f"Calibration of {measurement.model_id}\n{measurement.people:,} people measured, "
        f"{measurement.gallery_size:,} known",
        fontsize=13,
    )
    _draw_histograms(above, measurement)
    _draw_rates(below, measurement)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw_histograms(axes: "Axes", measurement: Measurement) -> None:
    for histogram, colour, name in (
        (measurement.impostors, _IMPOSTOR, "two people"),
        (measurement.genuine, _GENUINE, "one person, seen twice"),
    ):
        coarse = histogram.coarser(BINS_TOLD)
        axes.stairs(
            coarse.counts / max(coarse.total, 1) * 100,
            coarse.edges(),
            fill=True,
            color=colour,
            alpha=0.55,
            label=f"{name} ({histogram.total:,} pairs)",
        )
    _draw_thresholds(axes, measurement)
    axes.set_ylabel("share of pairs, %", fontsize=12)
    # Above the bars, which begin at the bottom.
    axes.set_ylim(0, axes.get_ylim()[1] * 1.8)
    axes.legend(loc="upper left", fontsize=10, framealpha=0.9)
    axes.tick_params(labelsize=11)


def _draw_rates(axes: "Axes", measurement: Measurement) -> None:
    cosines = np.linspace(-0.2, 1.0, 241)
    missed = [expected_miss_rate(measurement.genuine, float(each)) for each in cosines]
    taken = [
        expected_false_match_rate(measurement.tail, float(each), measurement.gallery_size) for each in cosines
    ]
    axes.plot(cosines, taken, color=_IMPOSTOR, linewidth=2, label="strangers taken for somebody")
    axes.plot(cosines, missed, color=_GENUINE, linewidth=2, label="pairs of one person missed")
    axes.axhline(
        measurement.target_rate,
        color=_IMPOSTOR,
        linewidth=1.2,
        linestyle=":",
        label=f"target: {_percent(measurement.target_rate)} of strangers",
    )
    _draw_thresholds(axes, measurement, named=False)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda share, _: _percent(share))
    axes.set_ylim(_LEAST_RATE, 3.0)
    axes.set_xlim(-0.2, 1.0)
    axes.set_xlabel("cosine similarity of two faces", fontsize=12)
    axes.set_ylabel("share (logarithmic)", fontsize=12)
    axes.legend(loc="lower left", fontsize=10, framealpha=1.0)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.tick_params(labelsize=11)


def _draw_thresholds(axes: "Axes", measurement: Measurement, *, named: bool = True) -> None:
    lines: tuple[tuple[float, str, Any, str], ...] = (
        (measurement.match, _THRESHOLD, "-", "proposed match"),
        (measurement.new, _THRESHOLD, "--", "proposed new"),
        (measurement.current_match, _CURRENT, "-", "match now"),
        (measurement.current_new, _CURRENT, "--", "new now"),
    )
    for cosine, colour, style, name in lines:
        label = f"{name}: {cosine:.3f}" if named else None
        axes.axvline(cosine, color=colour, linestyle=style, linewidth=1.6, label=label)


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"
