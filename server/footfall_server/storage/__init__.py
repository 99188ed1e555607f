"""Adapters to what is kept outside the process."""
