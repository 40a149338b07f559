"""The office: people of the staff, how they sign in, what they propose and approve."""
