"""Makes this folder one that tests below it import from: they share `sample_log`."""
