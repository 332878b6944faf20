"""What is printed, sent and answered."""
