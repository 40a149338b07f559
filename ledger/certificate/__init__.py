"""Certificates on paper: the two QR codes, the page, and the sealed PDF."""
