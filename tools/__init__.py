"""What the Makefile calls; run each as `python -m tools.NAME --help`."""
