"""The packs that the wheel ships for the demo: `base-pack` and, small, `dirty-pack`. README.md tells their stories."""
