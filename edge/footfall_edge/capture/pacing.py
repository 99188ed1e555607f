"""Which of a source's frames are wanted."""


class FramePacer:
    """Picks frames so that the wanted rate comes out of any source's rate.

    set_rate() may be called from another thread than due().
    """

    def __init__(self, *, frames_per_second: float) -> None:
        self._interval = 1.0 / frames_per_second
        self._taken = float("-inf")

    def set_rate(self, frames_per_second: float) -> None:
        """How many frames a second are wanted from now on."""
        self._interval = 1.0 / frames_per_second

    def due(self, at: float, frame_interval: float) -> bool:
        """Whether the frame at that second is wanted: what is not is spared its colour conversion.

        frame_interval: seconds between the source's frames; half of it is the slack that makes the
        rate come out right when it does not divide the source's.
        """
        due = self._taken + self._interval
        if at < due - frame_interval / 2:
            return False
        # What a pause held up is not made up for by a burst.
        self._taken = due if at - due < self._interval else at
        return True
