"""The whole of Footfall on one machine, without Docker."""
