"""What players and taggers need to see paces, and the changes of their files that give it."""
