"""How a worker does, told on its own machine: pages on loopback, and commands for whoever installs it."""
