"""Personal data on the worker's disk: sealed, by a key that lies apart from it."""
