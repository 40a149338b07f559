"""The office's pages and its API: for people of the staff who have signed in, and for their programs."""
