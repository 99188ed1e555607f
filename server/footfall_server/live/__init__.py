"""What exists only while a connection is open; safe to lose."""
