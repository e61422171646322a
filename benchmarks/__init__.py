"""Times our layers beside their peers: `python -m benchmarks`."""
