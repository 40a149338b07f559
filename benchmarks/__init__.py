"""Benchmarks: figures beside a named floor that is measured in the same run, so that ratios can be compared."""
