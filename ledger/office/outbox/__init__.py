"""What the office tells by mail and by webhook: made of the log and of proposals, kept until it is sent (ADR 35)."""
