"""Use cases, one class a file."""
