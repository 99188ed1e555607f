"""Backups: PostgreSQL and the objects that it names, sealed, in a folder; and the way back (ADR 0053)."""
