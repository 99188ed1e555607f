"""The database roles. Their names are fixed: policies and grants in the migrations name them."""

OWNER = "footfall_owner"
"""Owns the schema and runs migrations. Forced row-level security binds it, too."""

APPLICATION = "footfall_app"
"""What the core connects as: owns nothing, bypasses nothing, inherits nothing."""

BACKUP = "footfall_backup"
"""Reads everything, past row-level security, and writes nothing. Made only where there are backups."""

PLATFORM = "footfall_platform"
"""Entered by the application for one transaction, to sign callers in and to manage tenants."""
