"""What somebody uploads to have it checked at once: read from memory, told piece by piece, written nowhere."""
