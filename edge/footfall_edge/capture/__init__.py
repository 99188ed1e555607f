"""From a camera to frames: each source is read by a process of its own, which can be killed."""
