"""Makes the vectors, one module an area."""
