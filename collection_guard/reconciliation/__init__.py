"""Notes against telephone records against recordings: what one side says and another does not."""
