"""What an app hands out, beside what it was served."""
