"""`footfall-edge devices`: which cameras are plugged in, and whether they give pictures."""

import json
import sys
from collections.abc import Callable, Sequence

from footfall_edge.capture.devices import Device, DevicesError, Trial, list_devices, try_device


def show_devices(
    *,
    as_json: bool,
    try_them: bool,
    find: Callable[[], Sequence[Device]] = list_devices,
    attempt: Callable[[Device], Trial] = try_device,
) -> int:
    """Print a line for each camera, or all as JSON; returns the exit code."""
    try:
        devices = find()
    except DevicesError as error:
        sys.stderr.write(f"footfall-edge devices: {error}\n")
        return 1
    trials = [attempt(device) if try_them else None for device in devices]
    if as_json:
        told = [_plain(device, trial) for device, trial in zip(devices, trials, strict=True)]
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        return 0
    if not devices:
        sys.stdout.write("No camera is plugged into this machine.\n")
    for device, trial in zip(devices, trials, strict=True):
        sys.stdout.write(f"usb:{device.index:<4} {device.name}{_told(trial)}\n")
    return 0


def _plain(device: Device, trial: Trial | None) -> dict[str, object]:
    plain: dict[str, object] = {"source_url": f"usb:{device.index}", "name": device.name}
    if trial is not None:
        plain |= {"size": trial.size and list(trial.size), "detail": trial.detail}
    return plain


def _told(trial: Trial | None) -> str:
    if trial is None:
        return ""
    return f"  {trial.size[0]}x{trial.size[1]}" if trial.size else f"  no picture: {trial.detail}"
