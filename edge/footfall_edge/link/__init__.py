"""The link to the core: the only part of the edge, with convert and app, that sees the wire."""
