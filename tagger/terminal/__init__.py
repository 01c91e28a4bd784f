"""What is printed, and the streams it goes to."""
