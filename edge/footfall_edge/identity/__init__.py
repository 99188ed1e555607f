"""Who this worker is: its key, its certificate, and how it proves itself with them."""
