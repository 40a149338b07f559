"""A monitor follows one log for years: what it saw once, every later view must extend.

It keeps what it saw in a folder, and stores before it goes on: a kill at any moment loses nothing.
"""
