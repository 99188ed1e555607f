"""What the core tells a worker to do with a camera, done once and answered."""
