"""What the committee does to rules."""
