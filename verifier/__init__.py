"""The smallest trusted core of certledger: bytes in, verified values out.

Nothing here trusts a server. A check returns the value it verified or raises one of `verifier.errors`.
"""
