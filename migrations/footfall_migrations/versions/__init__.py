"""One idea each, in order."""
