"""The parts of the spool on disk: its tables, how it is opened, what goes when it is full."""
