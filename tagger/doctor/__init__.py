"""Check that all pacetag needs is there and well on this machine, with advice where it is not."""
