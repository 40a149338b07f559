"""The evidence of one certificate in a ZIP file that can be checked when nobody is left to ask (ADR 46)."""
