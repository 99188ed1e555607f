"""Proof of who calls: keys, tokens, passwords and API keys."""
