"""The report as a picture: where faces were, how good they were beside the gates, and what to change."""

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt
from footfall_vision.quality import degrees_at
from footfall_vision.quality_gates import ENROLMENT_GATES, RECOGNITION_GATES

from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.diagnosis.fitness.observations import Observations, Sighting
from footfall_edge.diagnosis.fitness.verdict import Fitness, FitnessReport, angles

if TYPE_CHECKING:
    from footfall_vision.types import Image
    from matplotlib.axes import Axes

# Told apart by people who see red and green alike, too (Okabe and Ito).
_BARS: Final = "#0072B2"
_RECOGNITION: Final = "#D55E00"
_ENROLMENT: Final = "#009E73"
_VERDICT_COLOURS: Final = {Fitness.PASS: _ENROLMENT, Fitness.FAIL: _RECOGNITION, Fitness.TOO_FEW: "#7F7F7F"}
_INCHES: Final = (16.0, 10.0)
_DPI: Final = 100
_BINS: Final = 24
_GRID: Final = (36, 64)
_TEXT_COLUMNS: Final = 38
_MOST_DEGREES: Final = 80.0


def fitness_picture(report: FitnessReport, seen: Observations, *, title: str, veil: FaceVeil) -> bytes:
    """A PNG of 1600 by 1000 pixels. Faces in the sample frame are made unrecognisable."""
    # Takes half a second to import, and most processes never draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=_INCHES, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    # "$" would begin a formula in a camera's name.
    figure.suptitle(title.replace("$", r"\$"), fontsize=16)
    grid = figure.add_gridspec(2, 4, height_ratios=(3, 2))
    _draw_frame(figure.add_subplot(grid[0, :3]), seen, veil)
    _write(figure.add_subplot(grid[0, 3]), report, seen)
    _draw_histograms([figure.add_subplot(grid[1, column]) for column in range(4)], seen.sightings)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def heat_map(sightings: Sequence[Sighting]) -> npt.NDArray[np.float64]:
    """Where faces were: float64 [36, 64], rows from the top, 0..1, smoothed; zeros without a face."""
    rows, columns = _GRID
    places = np.array([(each.y, each.x) for each in sightings], dtype=np.float64).reshape(-1, 2)
    counts, _, _ = np.histogram2d(places[:, 0], places[:, 1], bins=(rows, columns), range=((0, 1), (0, 1)))
    smooth = np.asarray(cv2.GaussianBlur(counts, (0, 0), 1.5), dtype=np.float64)
    highest = float(smooth.max())
    return smooth / highest if highest > 0 else smooth


def _draw_frame(axes: "Axes", seen: Observations, veil: FaceVeil) -> None:
    axes.set_title(
        "Where faces were: the brighter, the more often. Faces that were found are veiled", fontsize=11
    )
    axes.set_axis_off()
    if seen.sample is None:
        return
    shown: Image = np.ascontiguousarray(veil.cover(seen.sample)[:, :, ::-1])
    height, width = shown.shape[:2]
    place = (-0.5, width - 0.5, height - 0.5, -0.5)
    axes.imshow(shown, extent=place)
    heat = heat_map(seen.sightings)
    axes.imshow(
        heat, extent=place, cmap="inferno", alpha=np.clip(heat * 0.7, 0, 0.7), interpolation="bilinear"
    )


def _write(axes: "Axes", report: FitnessReport, seen: Observations) -> None:
    axes.set_axis_off()
    low, high = report.match_interval
    colour = _VERDICT_COLOURS[report.verdict]
    axes.text(0, 1, report.verdict.upper(), fontsize=26, weight="bold", color=colour, va="top")
    lines = [
        *_wrapped(report.reason),
        "",
        f"expected match rate  {report.match_rate:.0%} ({low:.0%} to {high:.0%})",
        f"may be a new customer  {report.founding_rate:.0%}",
        f"people  {report.visitors} in {seen.seconds / 60:.1f} min",
        f"faces looked at  {len(seen.sightings)}",
        f"picture  {seen.width}x{seen.height}, {seen.frames_per_second:.1f} frames/s",
        "",
        *(f"{share:.0%} {reason.name.lower().replace('_', ' ')}" for reason, share in report.faults),
        "",
    ]
    for advice in report.advice:
        lines += _wrapped(f"- {advice}")
    axes.text(0, 0.88, "\n".join(lines), fontsize=10.5, va="top", linespacing=1.35, parse_math=False)


def _draw_histograms(axes: Sequence["Axes"], sightings: Sequence[Sighting]) -> None:
    qualities = [each.quality for each in sightings]
    eyes = [quality.inter_ocular_px for quality in qualities]
    widest = max([*eyes, ENROLMENT_GATES.min_inter_ocular_px * 2])
    gates = (RECOGNITION_GATES, ENROLMENT_GATES)
    _histogram(axes[0], eyes, widest, "pixels between the eyes", [one.min_inter_ocular_px for one in gates])
    turned = [degrees_at(one.min_pose) for one in gates]
    _histogram(axes[1], angles(sightings), _MOST_DEGREES, "degrees turned away", turned, best="lower")
    sharp = [one.min_sharpness for one in gates]
    _histogram(axes[2], [each.sharpness for each in qualities], 1.0, "sharpness (1 is sharp)", sharp)
    lit = [one.min_exposure for one in gates]
    _histogram(axes[3], [each.exposure for each in qualities], 1.0, "light (1 is good)", lit)
    axes[0].set_ylabel("faces")
    axes[1].legend(loc="upper right", fontsize=9)


def _histogram(
    axes: "Axes",
    values: Sequence[float],
    highest: float,
    label: str,
    gates: Sequence[float],
    *,
    best: str = "higher",
) -> None:
    clipped = np.clip(np.array(values, dtype=np.float64), 0, highest)
    axes.hist(clipped, bins=_BINS, range=(0, highest), color=_BARS)
    recognition, enrolment = gates
    axes.axvline(recognition, color=_RECOGNITION, linewidth=2, label="to be compared")
    axes.axvline(enrolment, color=_ENROLMENT, linewidth=2, linestyle="--", label="to be a new customer")
    axes.set_xlabel(f"{label}; {best} is better", fontsize=10)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _TEXT_COLUMNS, subsequent_indent="  ")
