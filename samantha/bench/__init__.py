"""What `samantha bench` does: conversations of a scripted person with her, measured from their two sounds."""
