"""A witness of transparency logs (C2SP tlog-witness): what one runs, and how one is asked.

A witness keeps the largest checkpoint of each log that it ever signed, and signs a further one only where that extends
it. What it answers it has stored before.
"""
