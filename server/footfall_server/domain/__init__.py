"""What the core reasons about: pure values and rules, no I/O."""
