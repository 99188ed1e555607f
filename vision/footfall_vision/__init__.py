"""Pixels to faces: detection, alignment, quality, embedding. Pure but for model files; no asyncio.

Edge worker and core use this same code and the same model files, so that a face enrolled in the
core and a face seen by a camera give comparable vectors.
"""
