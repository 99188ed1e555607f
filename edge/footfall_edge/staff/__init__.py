"""Who works at the site: known at the worker, so that no picture of them leaves the shop."""
