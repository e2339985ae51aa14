"""What breaks under a running site, and what must hold meanwhile: `python -m bench.faults`."""
