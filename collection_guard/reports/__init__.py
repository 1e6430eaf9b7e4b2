"""What an audit found, as people and programs read it: one file a format."""
