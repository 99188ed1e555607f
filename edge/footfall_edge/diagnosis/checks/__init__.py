"""What `footfall-edge doctor` looks at, one part of the worker a module."""
