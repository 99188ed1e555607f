"""Where a face will be: a Kalman filter with constant velocity (Kalman 1960; as in SORT, Bewley 2016).

Centre x, centre y, width and height are four filters that do not know of each other, so each has a
2x2 covariance and all four are computed in one go, without a matrix to invert.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector4 = npt.NDArray[np.float64]

_JITTER = 0.04
"""Standard deviation of a detection's box, as a share of its size: YuNet's from frame to frame."""
_ACCELERATION = 3.0
"""Standard deviation of a head's acceleration, in its own sizes per square second: a brisk walker's."""
_SPEED = 4.0
"""Standard deviation of a head's velocity when it is first seen, in its own sizes per second: a walker's
who goes past the camera."""
_GROWTH = 1.0
"""The same of its width and height: of who comes towards the camera."""
_SMALLEST = 2.0
"""No box is predicted smaller than this, in pixels: a shrinking one must not turn inside out."""


def _to_state(box: npt.NDArray[np.floating]) -> Vector4:
    left, top, width, height = (float(value) for value in box)
    return np.array([left + width / 2, top + height / 2, width, height])


@dataclass(slots=True)
class BoxMotion:
    """One face's position and velocity. Times are seconds of any one clock."""

    state: Vector4
    velocity: Vector4
    time: float
    variance: Vector4
    covariance: Vector4
    velocity_variance: Vector4

    @classmethod
    def start(cls, box: npt.NDArray[np.floating], time: float) -> "BoxMotion":
        """Begin with one detection: the place is known, the velocity is not."""
        state = _to_state(box)
        size = float(np.sqrt(state[2] * state[3]))
        return cls(
            state=state,
            velocity=np.zeros(4),
            time=time,
            variance=np.full(4, (_JITTER * size) ** 2),
            covariance=np.zeros(4),
            velocity_variance=(np.array([_SPEED, _SPEED, _GROWTH, _GROWTH]) * size) ** 2,
        )

    def box_at(self, time: float) -> Vector4:
        """Where the box is expected at that time: [left, top, width, height]. Changes nothing."""
        state = self.state + self.velocity * max(time - self.time, 0.0)
        width, height = max(state[2], _SMALLEST), max(state[3], _SMALLEST)
        return np.array([state[0] - width / 2, state[1] - height / 2, width, height])

    def spread_at(self, time: float) -> float:
        """Standard deviation of where the centre is expected at that time, in sizes of the box."""
        elapsed = max(time - self.time, 0.0)
        size = max(float(np.sqrt(self.state[2] * self.state[3])), _SMALLEST)
        variance = (
            self.variance
            + elapsed * (2 * self.covariance + elapsed * self.velocity_variance)
            + (_ACCELERATION * size) ** 2 * elapsed**4 / 4
        )
        return float(np.sqrt(max(variance[0], variance[1]))) / size

    def correct(self, box: npt.NDArray[np.floating], time: float) -> None:
        """Take a detection in: predict up to its time, then move towards it by the Kalman gain."""
        measured = _to_state(box)
        size = max(float(np.sqrt(measured[2] * measured[3])), _SMALLEST)
        elapsed = max(time - self.time, 1e-3)
        acceleration = (_ACCELERATION * size) ** 2

        state = self.state + self.velocity * elapsed
        variance = (
            self.variance
            + elapsed * (2 * self.covariance + elapsed * self.velocity_variance)
            + acceleration * elapsed**4 / 4
        )
        covariance = self.covariance + elapsed * self.velocity_variance + acceleration * elapsed**3 / 2
        velocity_variance = self.velocity_variance + acceleration * elapsed**2

        spread = variance + (_JITTER * size) ** 2
        gain, velocity_gain = variance / spread, covariance / spread
        surprise = measured - state
        self.state = state + gain * surprise
        self.velocity = self.velocity + velocity_gain * surprise
        self.velocity_variance = velocity_variance - velocity_gain * covariance
        self.covariance = (1 - gain) * covariance
        self.variance = (1 - gain) * variance
        self.time = time
