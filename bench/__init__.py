"""Measures, never asserts: `make bench` prints figures of this machine, side by side in one run."""
