"""Files that a user names as output, and what is never replaced by them."""
