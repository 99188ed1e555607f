"""Where the installed command `footfall-edge` begins."""


def main() -> int:
    """Run the command line; returns the exit code."""
    # Loaded only now: each camera's process, which is spawned, loads the command's script anew, and would
    # load the whole worker with it, at 100 MB and a second of work for each camera.
    from footfall_edge.__main__ import main as run  # noqa: PLC0415

    return run()
